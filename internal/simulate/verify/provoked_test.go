package verify

import (
	"testing"

	"sluice/internal/simulate/plan"
)

// twenty plain pings are dead letters of history instead of documents, and the counters say so, too.
func (w *world) twenty(t *testing.T, status string) {
	t.Helper()
	for range 20 {
		r, key := w.first(t, func(r *plan.Record) bool { return plain(r) && !w.author.Doubled(r.N) })
		delete(w.history, key)
		w.reject(past, &r, status)
	}
	w.count(past, "stored", -20)
	w.count(past, "poison", 20)
}

// A sound record is no dead letter, whatever the store is said to have answered, unless it was made to reject some.
func TestLettersAboutSoundRecordsAreProvoked(t *testing.T) {
	for name, c := range map[string]struct {
		status   string
		rejected float64
		want     string
	}{
		"never asked":             {"", 0, "L4"},
		"400":                     {"400", 0, "L4"},
		"413":                     {"413", 0, "L4"},
		"provoked":                {"400", 0.01, ""},
		"provoked by size":        {"413", 0.01, ""},
		"provoked, in part":       {"400", 0.001, "L4"},
		"provoked, never asked":   {"", 0.01, "L4 L11"},
		"provoked, another thing": {"503", 0.01, "L4 L11"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it waits for the disk
			w := newWorld(t, everyMischief())
			w.rejected = c.rejected
			w.twenty(t, c.status)
			if r := w.verify(t); failing(r) != c.want {
				t.Errorf("%q fail, want %q: %+v", failing(r), c.want, r.Assertions)
			}
		})
	}
}

func TestARejectionThatWasToBeProvokedMustHappen(t *testing.T) {
	w := newWorld(t, everyMischief())
	w.rejected = 0.01
	if got := failing(w.verify(t)); got != "L11" {
		t.Errorf("%q fail, want L11", got)
	}
}
