package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
	"sluice/sinks/embedded"
)

// noon is 2026-11-21 12:00 in Shanghai.
var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant that is none

// store is what the tests ask of a level store.
type store interface {
	Levels
	Open(ctx context.Context, feed pipelines.Feed, claim string) (pipelines.Marks, error)
	Recover(ctx context.Context, claim string, epoch int64, feeds []pipelines.Feed) (int, error)
	Member(ctx context.Context, id string) (schemas.MemberState, error)
}

// orderBooks are an index of orders that can be written to.
type orderBooks interface {
	Index
	pipelines.Sink
}

// world is a level store with an index that is a map, and pipelines that are as far as the test says.
type world struct {
	t      *testing.T
	levels store
	books  orderBooks // a real order index; nil = the map of orders is the index
	rules  *rules.Rules
	id     int64

	mu     sync.Mutex
	orders map[int64]schemas.Order
	behind int64 // how far the pipelines are behind
	asked  int   // how often they were asked
	onAsk  func(asked int)

	drifts []Drift
	ended  []Report
	looked int
}

// newWorld makes one with a store in SQLite.
func newWorld(t *testing.T) *world {
	by := rules.Default()
	l, err := embedded.OpenLevels(embedded.LevelsConfig{Dir: t.TempDir(), Rules: by, Buckets: 16, NoSync: true, Now: func() time.Time { return noon }}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, levels: l, rules: by, orders: map[int64]schemas.Order{}}
	w.born(1)
	return w
}

// born gives all buckets an epoch.
func (w *world) born(epoch int64) {
	w.t.Helper()
	feed := pipelines.Feed{Part: pipelines.Partition{Topic: schemas.TopicOrders, ID: 9}, Topic: "once", Fresh: true}
	if _, err := w.levels.Open(w.t.Context(), feed, "me"); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.levels.Recover(w.t.Context(), "me", epoch, nil); err != nil {
		w.t.Fatal(err)
	}
}

// OrderFacts lists the map.
func (w *world) OrderFacts(_ context.Context, q schemas.OrderFactsQuery, each func(*schemas.OrderFact) error) error {
	w.mu.Lock()
	all := slices.Collect(maps.Values(w.orders))
	w.mu.Unlock()
	for i := range all {
		f := schemas.FactOf(&all[i])
		if !f.Asked(&q) || q.Member != "" && q.Member != all[i].MemberID {
			continue
		}
		if err := each(&f); err != nil {
			return err
		}
	}
	return nil
}

// Feeds are one partition, as both pipelines stand in it.
func (w *world) Feeds(context.Context) ([]pipelines.Feed, error) {
	w.mu.Lock()
	w.asked++
	asked, behind := w.asked, w.behind
	w.mu.Unlock()
	if w.onAsk != nil {
		w.onAsk(asked)
	}
	part := pipelines.Partition{Topic: schemas.TopicOrders}
	return []pipelines.Feed{{Part: part, Next: 100, End: 100}, {Part: part, Next: 100 - behind, End: 100}}, nil
}

func (w *world) Looked(done, _ int) { w.looked = done }

func (w *world) Drifted(d Drift) { w.drifts = append(w.drifts, d) }

func (w *world) Ended(r Report, _ error) { w.ended = append(w.ended, r) }

// index tells the index of an event.
func (w *world) index(member string, id int64, kind schemas.OrderType, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o := schemas.OrderOf(&schemas.OrderEvent{OrderID: id, MemberID: []byte(member), Type: kind, At: at.UnixMilli()})
	if w.books != nil {
		w.book(&o)
	}
	if was, there := w.orders[id]; there {
		o.Merge(&was)
	}
	w.orders[id] = o
}

// book writes what an event says of an order into the real index.
func (w *world) book(o *schemas.Order) {
	w.t.Helper()
	write := pipelines.Write{
		Target: schemas.OrderIndex(o.OrderID), Key: schemas.AppendOrderKey(nil, o.OrderID), Body: schemas.AppendOrder(nil, o), Time: o.TS,
	}
	results := make([]pipelines.Result, 1)
	if err := w.books.Write(w.t.Context(), []pipelines.Write{write}, results); err != nil || results[0].Verdict != pipelines.Stored {
		w.t.Fatalf("indexing order %d: %+v, %v", o.OrderID, results[0], err)
	}
}

// level tells the store of an event.
func (w *world) level(member string, id int64, kind schemas.OrderType, at time.Time) {
	w.t.Helper()
	e := schemas.LevelEvent{Kind: schemas.LevelVoid, Order: id, At: at.UnixMilli()}
	if kind == schemas.OrderCompleted {
		e.Kind = schemas.LevelComplete
	}
	e.Month, e.Second = w.rules.Second(e.At)
	w.write(member, e)
}

// write applies one event to the store.
func (w *world) write(member string, e schemas.LevelEvent) {
	w.t.Helper()
	results := make([]pipelines.Result, 1)
	if err := w.levels.Write(w.t.Context(), []pipelines.Write{repair(member, &e)}, results); err != nil || !results[0].Verdict.Final() {
		w.t.Fatalf("writing: %v, %v", results[0], err)
	}
}

// event tells both.
func (w *world) event(member string, id int64, kind schemas.OrderType, at time.Time) {
	w.t.Helper()
	w.index(member, id, kind, at)
	w.level(member, id, kind, at)
}

// order is a new order of a member, completed so long ago.
func (w *world) order(member string, ago time.Duration) int64 {
	w.t.Helper()
	w.id++
	w.event(member, w.id, schemas.OrderCompleted, noon.Add(-ago))
	return w.id
}

// people are members with some orders of two months, some of them void.
func (w *world) people(n int) {
	w.t.Helper()
	for i := range n {
		member := fmt.Sprint("M", i)
		for k := range 1 + i%7 {
			id := w.order(member, time.Duration(k%2)*31*24*time.Hour)
			if k%5 == 4 {
				w.event(member, id, schemas.OrderRefunded, noon)
			}
		}
	}
}

// reconciler is one that does not dawdle.
func (w *world) reconciler(change func(*Config)) *Reconciler {
	w.t.Helper()
	cfg := Config{Settle: time.Millisecond, Poll: time.Millisecond, Patience: 20 * time.Millisecond, Segment: 5, Orders: 40, Batch: 7, Rebuild: 1}
	if change != nil {
		change(&cfg)
	}
	var index Index = w
	if w.books != nil {
		index = w.books
	}
	r, err := New(cfg, Deps{Levels: w.levels, Index: index, Feeds: w, Rules: w.rules, Observer: w, Now: func() time.Time { return noon }})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// run passes once.
func (w *world) run(job Job) Report {
	w.t.Helper()
	w.drifts = nil
	report, err := w.reconciler(nil).Run(w.t.Context(), job)
	if err != nil {
		w.t.Fatal(err)
	}
	return report
}
