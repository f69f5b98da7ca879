package reconcile

import (
	"context"
	"sync"
	"testing"
	"time"

	"sluice/schemas"
)

// watcher hands on what a watch reports.
type watcher struct{ ended chan Report }

func (watcher) Looked(int, int) {}

func (watcher) Drifted(Drift) {}

func (w watcher) Ended(r Report, _ error) { w.ended <- r }

// watch runs a watch by a clock of the test's, until the test ends it.
func (w *world) watch(now func() time.Time) (reports <-chan Report, stop func()) {
	w.t.Helper()
	obs := watcher{ended: make(chan Report)}
	cfg := Config{Settle: time.Millisecond, Poll: time.Millisecond, Every: time.Millisecond, Sample: 20}
	r, err := New(cfg, Deps{Levels: w.levels, Index: w, Feeds: w, Rules: w.rules, Observer: obs, Now: now})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Watch(ctx, true) }()
	return obs.ended, func() {
		cancel()
		for {
			select {
			case <-obs.ended:
			case err := <-done:
				if err != nil {
					w.t.Errorf("a watch that was stopped: %v", err)
				}
				return
			}
		}
	}
}

func TestAWatchFindsWhatHappenedJustNow(t *testing.T) {
	w := newWorld(t)
	w.people(10)
	w.index("M1", 5001, schemas.OrderCompleted, noon)
	reports, stop := w.watch(func() time.Time { return noon })
	defer stop()
	if r := <-reports; r.Drifts != 1 || r.Mended != 1 || r.Members == 0 || r.Members > 20 {
		t.Errorf("the first round: %+v", r)
	}
	if r := <-reports; r.Drifts != 0 || !r.Clean() {
		t.Errorf("the second round: %+v", r)
	}
}

func TestAWatchPassesOverEverythingOnceADay(t *testing.T) {
	w := newWorld(t)
	w.people(10)
	w.level("M1", 5001, schemas.OrderCompleted, noon) // the index does not know it: no round does
	var mu sync.Mutex
	now := noon.Add(15*time.Hour + 29*time.Minute) // 03:29 of the next day in Shanghai
	reports, stop := w.watch(func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	})
	defer stop()
	if r := <-reports; r.Buckets != 0 {
		t.Errorf("a round at 03:29: %+v", r)
	}
	mu.Lock()
	now = now.Add(time.Minute)
	mu.Unlock()
	whole := 0
	for range 5 {
		if r := <-reports; r.Buckets == 16 {
			whole++
			if r.Mended != 1 {
				t.Errorf("the pass: %+v", r)
			}
		}
	}
	if whole != 1 {
		t.Errorf("%d passes at 03:30", whole)
	}
}
