package redis

import (
	"errors"
	"testing"

	"sluice/internal/stacktest"
	"sluice/pipelines"
)

// A store that a build before this one made keeps members in another form: it is refused as a whole, instead of member by member
// with every event a dead letter, and left as it is.
func TestAStoreOfAnotherFormIsRefused(t *testing.T) {
	for _, old := range []string{"4", "4 1", "4 3"} {
		srv := startServer(t, stacktest.FreeAddress(t))
		s := newStore(t, srv.addr)
		if err := srv.Set(t.Context(), s.keys.Layout(), old, 0).Err(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Open(t.Context(), s.feed, "me"); !errors.Is(err, ErrLayout) {
			t.Errorf("%q is opened: %v", old, err)
		}
		if err := s.Write(t.Context(), s.completions("M1", 1), make([]pipelines.Result, 1)); !errors.Is(err, ErrLayout) {
			t.Errorf("%q is written to: %v", old, err)
		}
		report, err := s.Inspect(t.Context())
		if err != nil || report.Buckets != 4 {
			t.Fatalf("the report is %+v, %v", report, err)
		}
		if c := report.Complaints(); len(c) == 0 || c[0].Code != "form" || !c[0].Fatal {
			t.Errorf("of %q is complained: %+v", old, c)
		}
		if keys := srv.Keys(t.Context(), "*").Val(); len(keys) != 1 || srv.Get(t.Context(), s.keys.Layout()).Val() != old {
			t.Errorf("%q has become %v", old, keys)
		}
	}
}
