package watch

import (
	"testing"
	"testing/synctest"
)

// That nothing was read again is said only when it is known: of each life that ran pipelines, at rest, and with nothing
// that moved since the look before.
func TestNothingReadAgainIsNoGuess(t *testing.T) {
	for name, c := range map[string]struct {
		then  func(w *world, look func())
		known bool
	}{
		"at rest in two looks":      {func(_ *world, look func()) { look(); look() }, true},
		"seen once":                 {func(_ *world, look func()) { look() }, false},
		"never at rest":             {func(w *world, look func()) { w.at(90, 100); look(); look() }, false},
		"commits moved meanwhile":   {func(w *world, look func()) { look(); w.reads(110); look() }, false},
		"Kafka silent in the end":   {func(w *world, look func()) { look(); look(); w.deaf = true; look() }, false},
		"a process does not answer": {func(w *world, look func()) { look(); w.silent("two"); look() }, false},
		"a life without a word":     {func(w *world, look func()) { w.begun["two"]++; look(); look() }, false},
		"a life that said all":      {func(w *world, look func()) { w.begun["two"]++; w.parted("two", 7, 0); look(); look() }, true},
		"counts behind the commits": {func(w *world, look func()) { look(); w.at(120, 120); look(); look() }, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, watch := watched(t)
				w.reads(100)
				c.then(w, func() { watch.Look(t.Context()) })
				n, known := watch.Sums()[redelivered]
				if calm := watch.Calm(); c.known && !calm {
					t.Error("it is known and not calm")
				}
				if known != c.known || n != 0 {
					t.Errorf("redelivered %v, known: %t, want %t", n, known, c.known)
				}
			})
		})
	}
}

// A process that is killed before anybody looked at it has read what is then read again. Told of it, the figure is that;
// not told of it, there is none, and never a 0.
func TestAKilledLifeNobodyLookedAt(t *testing.T) {
	for name, c := range map[string]struct {
		words bool
		want  float64
	}{"with last words": {true, 60}, "without a word": {false, 0}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, watch := watched(t)
				w.begun["one"]++ // it reads 200, commits 140 of them, and is gone
				if c.words {
					w.parted("one", 5, 200)
				}
				w.says("one", 6, 360, 0, 1) // the next one begins at 140
				w.at(500, 500)
				for range 2 {
					watch.Look(t.Context())
				}
				n, known := watch.Sums()[redelivered]
				if n != c.want || known != c.words {
					t.Errorf("redelivered %v, known: %t, want %v", n, known, c.want)
				}
			})
		})
	}
}

// reads has process one read up to an offset, and commit it.
func (w *world) reads(to int64) {
	w.at(to, to)
	w.says("one", 1, float64(to), 0, 1)
}

// watched is a world of two processes that have read nothing, which was looked at once.
func watched(t *testing.T) (*world, *Watch) {
	t.Helper()
	w, cfg := newWorld()
	watch := start(t, w, cfg)
	w.at(0, 0)
	w.says("one", 1, 0, 0, 1)
	w.says("two", 2, 0, 0, 1)
	watch.Look(t.Context())
	return w, watch
}
