package reconcile

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

const month = 31 * 24 * time.Hour

func TestACleanStoreHasNoDrift(t *testing.T) {
	w := newWorld(t)
	w.people(60)
	w.index("M1", 9999, schemas.OrderCreated, noon) // was only made
	for range 2 {
		r := w.run(Job{Repair: true})
		if !r.Clean() || r.Drifts+r.InFlight+r.Differing != 0 || r.Buckets != 16 || r.Members != 60 || r.Held != r.Known || r.Held == 0 || w.looked != 16 {
			t.Errorf("a clean store: %+v", r)
		}
	}
}

// plants are what can be wrong, each of one member.
func plants() map[string]func(w *world, member string) Kind {
	return map[string]func(w *world, member string) Kind{
		"an order is missing": func(w *world, m string) Kind {
			w.id++
			w.index(m, w.id, schemas.OrderCompleted, noon)
			return Missing
		},
		"an order of last month is missing": func(w *world, m string) Kind {
			w.id++
			w.index(m, w.id, schemas.OrderCompleted, noon.Add(-month))
			return Missing
		},
		"an order is too much": func(w *world, m string) Kind {
			w.id++
			w.level(m, w.id, schemas.OrderCompleted, noon)
			return Extra
		},
		"an order that was only made counts": func(w *world, m string) Kind {
			w.id++
			w.index(m, w.id, schemas.OrderCreated, noon)
			w.level(m, w.id, schemas.OrderCompleted, noon)
			return Extra
		},
		"an order counts a month late": func(w *world, m string) Kind {
			w.id++
			w.index(m, w.id, schemas.OrderCompleted, noon.Add(-month))
			w.level(m, w.id, schemas.OrderCompleted, noon)
			return WrongMonth
		},
		"an order counts a month early": func(w *world, m string) Kind {
			w.id++
			w.index(m, w.id, schemas.OrderCompleted, noon)
			w.level(m, w.id, schemas.OrderCompleted, noon.Add(-month))
			return WrongMonth
		},
		"an order that was refunded counts": func(w *world, m string) Kind {
			id := w.order(m, 0)
			w.index(m, id, schemas.OrderRefunded, noon)
			return NoTombstone
		},
		"an order that was cancelled may come to count": func(w *world, m string) Kind {
			w.id++
			w.index(m, w.id, schemas.OrderCancelled, noon)
			return NoTombstone
		},
		"an order that counts was buried": func(w *world, m string) Kind {
			id := w.order(m, 0)
			w.level(m, id, schemas.OrderRefunded, noon)
			return ExtraTombstone
		},
		"an order that nobody cancelled was buried": func(w *world, m string) Kind {
			w.id++
			w.level(m, w.id, schemas.OrderCancelled, noon)
			return ExtraTombstone
		},
	}
}

func TestEachDriftIsFoundAndMended(t *testing.T) {
	for name, plant := range plants() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.people(60)
			kind := plant(w, "M17")
			for _, c := range []struct {
				job    Job
				drifts int
				left   int
			}{{Job{}, 1, 1}, {Job{Repair: true}, 1, 0}, {Job{Repair: true}, 0, 0}} {
				r := w.run(c.job)
				if r.Drifts != c.drifts || r.Left() != c.left || r.Clean() != (c.left == 0) || r.InFlight+r.Unsettled != 0 {
					t.Fatalf("%+v: %+v, %v", c.job, r, w.drifts)
				}
				if c.drifts > 0 && (r.ByKind[kind] != 1 || w.drifts[0].Member != "M17" || w.drifts[0].Mended == (c.left > 0)) {
					t.Errorf("%+v: %v, want %s", c.job, w.drifts, kind)
				}
			}
		})
	}
}

func TestALevelFollowsARepair(t *testing.T) {
	w := newWorld(t)
	w.people(60)
	for range 5 {
		w.id++
		w.index("new", w.id, schemas.OrderCompleted, noon)
	}
	if r := w.run(Job{Repair: true}); r.Drifts != 5 || r.Mended != 5 {
		t.Fatalf("the report is %+v", r)
	}
	state, err := w.levels.Member(t.Context(), "new")
	if err != nil || state.Announced != "silver" || len(state.History) != 1 || state.History[0].Cause != schemas.CauseRepair {
		t.Errorf("the state is %+v, %v", state, err)
	}
}

func TestWhatIsInFlightIsNoDrift(t *testing.T) {
	w := newWorld(t)
	w.people(60)
	ahead, late := int64(5001), int64(5002)
	w.level("M1", ahead, schemas.OrderCompleted, noon)
	w.index("M2", late, schemas.OrderCompleted, noon)
	w.onAsk = func(asked int) {
		if asked == 1 { // the ends are asked for: from here on both may come to know it
			w.index("M1", ahead, schemas.OrderCompleted, noon)
			w.level("M2", late, schemas.OrderCompleted, noon)
			w.level("M2", late+1, schemas.OrderCompleted, noon) // and something else is under way
		}
	}
	if r := w.run(Job{Repair: true}); r.Drifts != 0 || r.InFlight != 2 || !r.Clean() {
		t.Errorf("in flight: %+v, %v", r, w.drifts)
	}
}

func TestWhatCannotBeToldFromFlightIsNotTouched(t *testing.T) {
	w := newWorld(t)
	w.people(60)
	w.level("M1", 5001, schemas.OrderCompleted, noon)
	w.behind = 1
	if r := w.run(Job{Repair: true}); r.Drifts != 0 || r.Unsettled != 1 || r.Clean() {
		t.Errorf("behind: %+v", r)
	}
	w.behind = 0
	if r := w.run(Job{Repair: true}); r.Drifts != 1 || r.Mended != 1 {
		t.Errorf("no longer behind: %+v", r)
	}
}

func TestAnIndexThatHasLostItsOrdersTakesNoneFromTheStore(t *testing.T) {
	w := newWorld(t)
	w.people(60)
	for id := range w.orders {
		if id%2 == 0 {
			delete(w.orders, id)
		}
	}
	r := w.run(Job{Repair: true})
	if r.Left() == 0 || r.Mended != 0 || r.ByKind[Extra] == 0 || w.drifts[0].Because != becauseShort {
		t.Errorf("the index is short: %+v, %v", r, w.drifts[0])
	}
}

func TestALostStoreIsRebuilt(t *testing.T) {
	lost, w := newWorld(t), newWorld(t)
	w.people(60)
	lost.orders = w.orders
	r := lost.run(Job{Repair: true})
	if !r.Clean() || r.Rebuilt == 0 || r.Held != r.Known || r.Drifts != 0 {
		t.Errorf("rebuilt: %+v %v", r, lost.drifts)
	}
	for i := range 60 {
		member := fmt.Sprint("M", i)
		want, errWant := w.levels.Member(t.Context(), member)
		got, err := lost.levels.Member(t.Context(), member)
		if err != nil || errWant != nil || got.Announced != want.Announced || got.Count(202611) != want.Count(202611) || got.Count(202610) != want.Count(202610) {
			t.Errorf("%s is %+v, want %+v: %v %v", member, got, want, err, errWant)
		}
	}
	if r := lost.run(Job{}); !r.Clean() || r.Rebuilt != 0 {
		t.Errorf("after it: %+v", r)
	}
}

func TestAPassGoesOnWhereItWasBrokenOff(t *testing.T) {
	w := newWorld(t)
	w.people(60)
	w.level("M1", 5001, schemas.OrderCompleted, noon)
	bucket := schemas.Bucket([]byte("M1"), 16)
	if r := w.run(Job{From: bucket + 1}); r.Drifts != 0 || r.Next != 16 {
		t.Errorf("behind the drift: %+v", r)
	}
	if r := w.run(Job{From: bucket}); r.Drifts != 1 || r.Next != 16 {
		t.Errorf("at the drift: %+v", r)
	}
	if _, err := w.reconciler(nil).Run(t.Context(), Job{From: 17}); err == nil {
		t.Error("there is no such bucket")
	}
}

func TestAPassOfOneMonth(t *testing.T) {
	w := newWorld(t)
	w.people(60)
	w.index("M1", 5001, schemas.OrderCompleted, noon.Add(-month))
	if r := w.run(Job{Month: 202611}); r.Differing != 0 || !r.Clean() {
		t.Errorf("another month: %+v", r)
	}
	if r := w.run(Job{Month: 202610}); r.Drifts != 1 {
		t.Errorf("that month: %+v", r)
	}
	if _, err := w.reconciler(nil).Run(t.Context(), Job{Month: 202001}); err == nil {
		t.Error("that month is long gone")
	}
}

func TestABucketThatRecoversIsNotCompared(t *testing.T) {
	w := newWorld(t)
	w.people(60)
	feed := pipelines.Feed{Part: pipelines.Partition{Topic: schemas.TopicOrders, ID: 3}, Topic: "x", Next: 50, End: 50}
	if _, err := w.levels.Open(t.Context(), feed, "again"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.levels.Recover(t.Context(), "again", 2, []pipelines.Feed{feed}); err != nil {
		t.Fatal(err)
	}
	if r := w.run(Job{Repair: true}); r.Recovering != 16 || r.Clean() || r.Drifts != 0 {
		t.Errorf("recovering: %+v", r)
	}
}

func TestMoreThanAPassTakes(t *testing.T) {
	w := newWorld(t)
	w.people(60)
	for i := range 20 {
		w.index(fmt.Sprint("M", i), int64(5000+i), schemas.OrderCompleted, noon)
	}
	r, err := w.reconciler(func(c *Config) { c.Suspects, c.Segment = 5, 16 }).Run(t.Context(), Job{Repair: true})
	if err != nil || !r.More || r.Clean() || r.Mended == 0 || r.Mended == 20 {
		t.Errorf("the report is %+v, %v", r, err)
	}
}

func TestALittleThatIsMissingIsLookedFor(t *testing.T) {
	w := newWorld(t)
	for i := range 30 {
		w.index("M1", int64(100+i), schemas.OrderCompleted, noon)
	}
	r, err := w.reconciler(func(c *Config) { c.Rebuild = 31 }).Run(t.Context(), Job{Repair: true})
	if err != nil || r.Rebuilt != 0 || r.Drifts != 30 || r.Mended != 30 || !r.Clean() {
		t.Errorf("the report is %+v, %v", r, err)
	}
}

func TestBadSettingsAreAllTold(t *testing.T) {
	_, err := New(Config{Settle: -1, Rate: -1, Daily: 24 * time.Hour}, Deps{})
	for _, want := range []string{"settle", "rate", "daily must be less", "are needed"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}
