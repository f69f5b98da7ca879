package sinkstest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// house is a store of member levels with what a check needs to live in it: rules, a clock, and a partition whose
// records it writes.
type house struct {
	LevelsSubject
	t     *testing.T
	rules *rules.Rules
	clock *handClock
	feed  pipelines.Feed
	epoch int64 // the last one drawn
	order int64 // the last one that newOrder gave
}

// handClock stands still until it is set.
type handClock struct {
	mu sync.Mutex
	at int64
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.UnixMilli(c.at)
}

func (c *handClock) set(at int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// The moments of the checks: noon of a day in November 2026, in Shanghai.
const (
	levelNoon = int64(1_795_233_600_000) // 2026-11-21 12:00 +0800
	november  = schemas.Month(202611)
	october   = schemas.Month(202610)
	december  = schemas.Month(202612)
)

// newHouse opens a store by the default rules, and begins a lane of a partition that was never read.
func newHouse(t *testing.T, open func(t *testing.T, with LevelsSetup) LevelsSubject) *house {
	return newHouseBy(t, open, rules.Default())
}

// newHouseBy is newHouse by other rules.
func newHouseBy(t *testing.T, open func(t *testing.T, with LevelsSetup) LevelsSubject, by *rules.Rules) *house {
	h := &house{
		t: t, rules: by, clock: &handClock{at: levelNoon},
		feed: pipelines.Feed{Part: pipelines.Partition{Topic: schemas.TopicOrders, ID: 3}, Topic: "made-once", Fresh: true},
	}
	h.LevelsSubject = open(t, LevelsSetup{Rules: h.rules, Buckets: 4, Now: h.clock.Now})
	return h
}

// begin opens the partition as internal/rewind does, and recovers what is lost; it returns from where to read.
func (h *house) begin() (marks pipelines.Marks, recovered int) {
	h.t.Helper()
	for range 2 {
		marks, err := h.Levels.Open(h.t.Context(), h.feed, fmt.Sprint("claim ", h.epoch))
		if err != nil {
			h.t.Fatalf("opening: %v", err)
		}
		if marks.Claimed == 0 {
			return marks, recovered
		}
		var targets []pipelines.Feed
		if !h.feed.Fresh {
			targets = append(targets, h.feed)
		}
		claim := fmt.Sprint("claim ", h.epoch)
		h.epoch++
		recovered, err = h.Levels.Recover(h.t.Context(), claim, h.epoch, targets)
		if err != nil || recovered != marks.Claimed {
			h.t.Fatalf("recovering %d buckets: %d, %v", marks.Claimed, recovered, err)
		}
	}
	h.t.Fatal("a bucket has lost something although all are recovered")
	return pipelines.Marks{}, 0
}

// begun is newHouse with its lane begun.
func begun(open func(t *testing.T, with LevelsSetup) LevelsSubject) func(t *testing.T) *house {
	return func(t *testing.T) *house {
		h := newHouse(t, open)
		h.begin()
		return h
	}
}

// event is a write of the partition's next record.
func (h *house) event(member string, e schemas.LevelEvent) pipelines.Write {
	w := pipelines.Write{
		Target: "levels", Key: []byte(member), Body: schemas.AppendLevelEvent(nil, &e), Time: e.At, From: &h.feed.Part, Offset: h.feed.End,
	}
	h.feed.End++
	return w
}

func (h *house) of(kind schemas.LevelKind, member string, order, at int64) pipelines.Write {
	month, second := h.rules.Second(at)
	return h.event(member, schemas.LevelEvent{Kind: kind, Order: order, Month: month, Second: second, At: at})
}

func (h *house) complete(member string, order, at int64) pipelines.Write {
	return h.of(schemas.LevelComplete, member, order, at)
}

func (h *house) void(member string, order, at int64) pipelines.Write {
	return h.of(schemas.LevelVoid, member, order, at)
}

func (h *house) buy(member, id, sku string, at int64) pipelines.Write {
	product, rank, ok := h.rules.Product(sku)
	if !ok {
		h.t.Fatalf("the rules sell no %s", sku)
	}
	return h.event(member, schemas.LevelEvent{
		Kind: schemas.LevelPurchase, Purchase: []byte(id), SKU: []byte(sku), Rank: int8(rank), At: at, Until: product.Until(at),
	})
}

// orders are so many completions of new orders at that moment.
func (h *house) orders(member string, n int, at int64) []pipelines.Write {
	writes := make([]pipelines.Write, n)
	for i := range writes {
		h.order++
		writes[i] = h.complete(member, h.order, at)
	}
	return writes
}

// write applies events, and fails the check when that is an error.
func (h *house) write(writes ...pipelines.Write) []pipelines.Result {
	h.t.Helper()
	results := make([]pipelines.Result, len(writes))
	if err := h.Levels.Write(h.t.Context(), writes, results); err != nil {
		h.t.Fatalf("writing: %v", err)
	}
	return results
}
