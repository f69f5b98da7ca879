package embedded

import (
	"testing"

	"sluice/pipelines"
)

// Who is there goes on moving; who is new waits among the dead letters until there is room.
func TestTooManyDrivers(t *testing.T) {
	const noon = int64(1_790_000_000_000)
	stored := pipelines.Result{Verdict: pipelines.Stored}
	crowded := pipelines.Result{Verdict: pipelines.Poison, Reason: "too_many_drivers"}
	cfg := Config{Dir: t.TempDir(), NoSync: true, MaxDrivers: 5}
	s := newStore(t, cfg)
	offer := func(want pipelines.Result, ts int64, drivers ...int) {
		t.Helper()
		writes, results := make([]pipelines.Write, len(drivers)), make([]pipelines.Result, len(drivers))
		for i, n := range drivers {
			p := pingOf(n, ts+int64(i))
			writes[i] = asLive(&p)
		}
		if err := s.Write(t.Context(), writes, results); err != nil {
			t.Fatal(err)
		}
		for i, got := range results {
			if got != want {
				t.Errorf("driver %d of %v is %v, want %v", drivers[i], drivers, got, want)
			}
		}
	}
	offer(stored, noon, 0, 1, 2, 0, 1)
	offer(stored, noon+10, 3, 4, 3, 3, 0)
	offer(crowded, noon+20, 5, 6, 5)
	offer(stored, noon+30, 0, 1, 2, 3, 4)
	offer(pipelines.Result{Verdict: pipelines.Stale, Reason: "version_conflict"}, noon, 0, 1)
	closeStore(t, s)
	s = newStore(t, cfg)
	offer(crowded, noon+40, 5)
	offer(stored, noon+40, 2)
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	closeStore(t, s)
	cfg.MaxDrivers = 6
	s = newStore(t, cfg)
	offer(stored, noon+20, 5) // requeued
	if live, _ := countBy(t, s); live != 6 {
		t.Errorf("%d drivers", live)
	}
	closeStore(t, s)
	cfg.MaxDrivers = 1 // less than there are: they stay
	s = newStore(t, cfg)
	offer(stored, noon+50, 0, 5)
	offer(crowded, noon+50, 6)
}
