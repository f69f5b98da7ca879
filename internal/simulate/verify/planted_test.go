package verify

import (
	"bytes"
	"testing"

	"sluice/internal/simulate/plan"
)

func plain(r *plan.Record) bool { return r.Kind == plan.Plain }

func kind(k plan.Kind) func(*plan.Record) bool {
	return func(r *plan.Record) bool { return r.Kind == k }
}

// The checker is proved: each planted fault is found, by its own assertion and by no other.
func TestEachPlantedFaultFailsItsAssertion(t *testing.T) {
	for name, c := range plantedFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it waits for the disk
			w := newWorld(t, everyMischief())
			if c.want != "L8" {
				w.counters = nil // they would tell of most faults, too
			}
			c.plant(t, w)
			r := w.verify(t)
			if got := failing(r); got != c.want {
				t.Errorf("%q fail, want %s: %+v", got, c.want, r.Assertions)
			}
		})
	}
}

// indexOf is the place of a record in its request.
func (w *world) indexOf(n int64) int64 {
	walker := w.author.Walker()
	for block := int64(0); ; block++ {
		index := int64(0)
		for _, s := range walker.Next(nil) {
			if s.N == n {
				return index
			}
			if w.author.Kind(s.N) != plan.Dead {
				index++
			}
		}
	}
}

// calm reports whether none of a driver's last records leaps.
func (w *world) calm(driver int64) bool {
	for n := driver; n < w.author.Records; n += w.author.Drivers {
		if k := w.author.Kind(n); n > w.author.Records-2*odd*w.author.Drivers && (k == plan.Ahead || k == plan.Teleport) {
			return false
		}
	}
	return true
}

func (w *world) alter(t *testing.T, from, to string) {
	t.Helper()
	for key, d := range w.history {
		if bytes.Contains(d.Body, []byte(from)) {
			d.Body = bytes.Replace(d.Body, []byte(from), []byte(to), 1)
			w.history[key] = d
			return
		}
	}
	t.Fatalf("nothing holds %s", from)
}
