package reconcile

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// logged is one record of the topic.
type logged struct {
	member string
	id     int64
	kind   schemas.OrderType
	at     time.Time
}

// flow is a topic that grows while two pipelines carry it, one of them some way behind the other.
type flow struct {
	*world
	mu    sync.Mutex
	grown *sync.Cond
	log   []logged
	done  [2]int
	ended bool
}

const (
	flowRoom  = 300 // records that the slower pipeline may be behind
	flowTrail = 60  // records that it is behind at least, until the end
)

// Feeds are the one partition, as both pipelines stand.
func (f *flow) Feeds(context.Context) ([]pipelines.Feed, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	part := pipelines.Partition{Topic: schemas.TopicOrders}
	end := int64(len(f.log))
	return []pipelines.Feed{{Part: part, Next: int64(f.done[0]), End: end}, {Part: part, Next: int64(f.done[1]), End: end}}, nil
}

// produce writes records until it is told to end: orders of forty members, some late, some refunded, before or after.
func (f *flow) produce(random *rand.Rand) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for !f.ended {
		for len(f.log)-min(f.done[0], f.done[1]) >= flowRoom && !f.ended {
			f.grown.Wait()
		}
		id := int64(random.IntN(600) + 1)
		r := logged{member: fmt.Sprint("M", id%40), id: id, kind: schemas.OrderCompleted, at: noon.Add(-time.Duration(random.IntN(2)) * month)}
		if random.IntN(5) == 0 {
			r.kind = schemas.OrderRefunded
		}
		f.log = append(f.log, r)
		f.grown.Broadcast()
	}
}

// carry is one pipeline.
func (f *flow) carry(which int, trail int, apply func(r logged)) {
	for {
		f.mu.Lock()
		for f.done[which]+trail >= len(f.log) && !f.ended {
			f.grown.Wait()
		}
		if f.done[which] == len(f.log) {
			f.mu.Unlock()
			return
		}
		r := f.log[f.done[which]]
		f.mu.Unlock()
		apply(r)
		f.mu.Lock()
		f.done[which]++
		f.grown.Broadcast()
		f.mu.Unlock()
	}
}

func TestAStoreUnderLoadHasNoDrift(t *testing.T) {
	for name, trails := range map[string][2]int{"the index behind": {0, flowTrail}, "the levels behind": {flowTrail, 0}} {
		t.Run(name, func(t *testing.T) {
			f := &flow{world: newWorld(t)}
			f.grown = sync.NewCond(&f.mu)
			var working sync.WaitGroup
			random := rand.New(rand.NewPCG(1, 2))
			working.Go(func() { f.produce(random) })
			working.Go(func() { f.carry(0, trails[0], func(r logged) { f.level(r.member, r.id, r.kind, r.at) }) })
			working.Go(func() { f.carry(1, trails[1], func(r logged) { f.index(r.member, r.id, r.kind, r.at) }) })
			cfg := Config{Settle: time.Millisecond, Poll: time.Millisecond, Patience: time.Minute, Segment: 5, Orders: 200, Batch: 7}
			r, err := New(cfg, Deps{Levels: f.levels, Index: f, Feeds: f, Rules: f.rules, Observer: f, Now: func() time.Time { return noon }})
			if err != nil {
				t.Fatal(err)
			}
			flight := 0
			for range 5 {
				report, err := r.Run(t.Context(), Job{Repair: true})
				if err != nil || report.Drifts != 0 || report.Unsettled != 0 || report.Rebuilt != 0 {
					t.Errorf("under load: %+v, %v, %v", report, f.drifts, err)
				}
				flight += report.InFlight
			}
			f.mu.Lock()
			f.ended = true
			f.grown.Broadcast()
			f.mu.Unlock()
			working.Wait()
			if report, err := r.Run(t.Context(), Job{}); err != nil || !report.Clean() || report.InFlight != 0 {
				t.Errorf("afterwards: %+v, %v, %v", report, f.drifts, err)
			}
			if flight == 0 {
				t.Error("nothing was ever in flight: the test is of no use")
			}
		})
	}
}
