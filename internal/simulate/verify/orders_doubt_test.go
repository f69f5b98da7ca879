package verify

import (
	"testing"

	"sluice/internal/simulate/ledger"
)

// What is in doubt is not judged, and a proof about nobody is none.
func TestMembersInDoubtProveNothing(t *testing.T) {
	for name, c := range map[string]struct {
		doubt func(i int) bool
		want  string
	}{
		"few": {func(i int) bool { return i == 3 }, ""},
		"all": {func(i int) bool { return i > 3 }, "L11"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newOrderWorld(t)
			for i := range w.book.Outcomes {
				if o := &w.book.Outcomes[i]; o.State == ledger.Answered && c.doubt(i) {
					o.State = ledger.Doubt
				}
			}
			r := w.verify(t)
			if got := failing(r); got != c.want {
				t.Errorf("%q fail, want %q: %+v", got, c.want, r.Assertions)
			}
		})
	}
}
