package replay

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
)

// rig is one process that replays from a scripted group.
type rig struct {
	group *pipelinestest.Scripted
	book  *ledger
	store *pipelinestest.Store
	obs   *pipelinestest.Observer
}

func newRig(partitions int32) *rig {
	group := pipelinestest.NewScripted("driver.pings", partitions)
	return &rig{group: group, book: &ledger{group: group}, store: pipelinestest.NewStore(), obs: pipelinestest.NewObserver()}
}

// run replays until it ends by itself, or ctx does.
func (r *rig) run(ctx context.Context, t *testing.T, bounds Bounds, perSecond float64) *Group {
	t.Helper()
	plan, err := Begin(ctx, r.book, bounds, "group", someJob())
	if err != nil {
		t.Fatal(err)
	}
	group, err := NewGroup(plan, r.group, perSecond, &told{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := pipelines.New(pipelines.Config{Name: "test"}, func() pipelines.Stream[item] { return items{} }, r.store, &pipelinestest.Graveyard{}, r.obs)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(ctx, group); err != nil {
		t.Fatal(err)
	}
	return group
}

func TestReplayEndsAtTheEndOfEachPartition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(4)
		fill(t, r.group, 0, 100) // goes on behind the end
		fill(t, r.group, 1, 30)  // ends there
		fill(t, r.group, 2, 20)  // and markers behind its last record
		// partition 3 is empty
		group := r.run(t.Context(), t, ends(60, 30, 25, 0), 0)
		if !group.Finished() {
			t.Fatal("it ended unfinished")
		}
		if docs := r.store.Docs(); len(docs) != 110 || docs["items/0/60"].Key != nil || docs["items/0/59"].Key == nil {
			t.Errorf("%d documents", len(docs))
		}
		for id, want := range []int64{60, 30, 25, 0} {
			if got := r.group.Committed(int32(id)); got != want {
				t.Errorf("partition %d is committed at %d, want %d", id, got, want)
			}
		}
	})
}

func TestReplayOfMarkersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1)
		if group := r.run(t.Context(), t, ends(3), 0); !group.Finished() || r.group.Committed(0) != 3 {
			t.Errorf("committed %d", r.group.Committed(0))
		}
	})
}

// Whatever the store answers and however often partitions change hands: the replay ends,
// everything of the range is stored, and nothing else.
func TestReplayEndsUnderAnySchedule(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { schedule(t, seed) })
		})
	}
}

func schedule(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	r := newRig(2)
	to := make([]int64, 2)
	want := 0
	for id := range to {
		n := 1 + rng.IntN(300)
		fill(t, r.group, int32(id), n)
		to[id] = 1 + rng.Int64N(int64(n)+3)
		want += int(min(to[id], int64(n)))
	}
	hands := make(chan struct{}) // closed when partitions change hands no more; until then nothing is stored
	var mu sync.Mutex
	faults := rand.New(rand.NewPCG(seed, 8))
	r.store.Break(func(_ context.Context, _ []pipelines.Write, results []pipelines.Result) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		select {
		case <-hands:
		default:
			if faults.IntN(2) == 0 {
				return false, errors.New("away")
			}
			results[0] = pipelines.Result{Verdict: pipelines.Retry, Reason: "busy"}
		}
		for i := range results {
			if faults.IntN(3) == 0 {
				results[i] = pipelines.Result{Verdict: pipelines.Retry, Reason: "busy"}
			}
		}
		return false, nil
	})
	go func() {
		defer close(hands)
		<-r.group.Started()
		for range rng.IntN(4) {
			moment := time.NewTimer(time.Duration(rng.IntN(900)) * time.Millisecond)
			<-moment.C
			id := rng.Int32N(2)
			r.group.Revoke(id)
			r.group.Assign(id)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	group := r.run(ctx, t, ends(to...), 0)
	<-hands
	if !group.Finished() || len(r.store.Docs()) != want {
		t.Errorf("finished %v, %d documents, want %d", group.Finished(), len(r.store.Docs()), want)
	}
	for id, end := range to {
		if got := r.group.Committed(int32(id)); got != end {
			t.Errorf("partition %d is committed at %d, want %d", id, got, end)
		}
	}
}

func TestThrottledReplayStopsAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1)
		fill(t, r.group, 0, 1000)
		ctx, cancel := context.WithTimeout(t.Context(), 4500*time.Millisecond)
		defer cancel()
		began := time.Now()
		group := r.run(ctx, t, ends(1000), 100)
		first := len(r.store.Docs())
		if group.Finished() || first < 400 || first > 500 {
			t.Fatalf("finished %v, %d documents in 4.5 s at 100 a second", group.Finished(), first)
		}
		again := newRig(1)
		fill(t, again.group, 0, 1000)
		again.book.places, again.store = r.book.kept(), r.store
		if group = again.run(t.Context(), t, ends(1000), 100); !group.Finished() || len(r.store.Docs()) != 1000 {
			t.Errorf("finished %v, %d documents", group.Finished(), len(r.store.Docs()))
		}
		if took := time.Since(began); took < 10*time.Second {
			t.Errorf("1000 records at 100 a second took %v", took)
		}
	})
}

func TestALookThatFailsIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1)
		plan, err := Begin(t.Context(), r.book, ends(0), "group", someJob())
		if err != nil {
			t.Fatal(err)
		}
		r.book.failing = errors.New("away")
		obs := &told{}
		group, err := NewGroup(plan, r.group, 0, obs)
		if err != nil {
			t.Fatal(err)
		}
		hold := func(ctx context.Context, _ pipelines.Partition, src pipelines.Source) error {
			_, _ = src.Poll(ctx, make([]pipelines.Record, 1))
			return nil
		}
		if err := group.Run(t.Context(), hold); err != nil || !group.Finished() || obs.failed != 1 {
			t.Errorf("%v, finished %v, %d failures told", err, group.Finished(), obs.failed)
		}
	})
}
