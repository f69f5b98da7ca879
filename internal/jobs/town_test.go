package jobs

import (
	"slices"
	"sync"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// town is a company whose work is in a real store, and the lane through which events come there.
type town struct {
	*company
	real *troubled
	feed pipelines.Feed

	mu    sync.Mutex
	order int64
	said  map[string][]schemas.LevelChanged // by member, as the relay would publish them
	given []schemas.CouponGranted           // likewise
}

// settle makes a town at a moment of the year 2000, which is when bubbles are.
func settle(t *testing.T, open func(*rules.Rules) place, inForce *rules.Rules, begins string, cfg Config) *town {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05 -07", begins+" +08")
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(at))
	c := found(t, inForce, begins, cfg)
	w := &town{company: c, real: &troubled{place: open(inForce), ask: c.store.ask}, said: map[string][]schemas.LevelChanged{}}
	c.work = w.real
	w.feed = pipelines.Feed{Part: pipelines.Partition{Topic: schemas.TopicOrders}, Topic: "once", Fresh: true}
	for range 2 { // once to claim what is unborn, once to begin
		if _, err := w.real.Open(t.Context(), w.feed, "me"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.real.Recover(t.Context(), "me", 1, nil); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// ordered is an event of a member's order, new when number is 0; it happened at a moment.
func (w *town) ordered(kind schemas.LevelKind, member string, number int64, at time.Time) pipelines.Write {
	if number == 0 {
		w.order++
		number = w.order
	}
	month, second := w.store.rules.Second(at.UnixMilli())
	return w.event(member, schemas.LevelEvent{Kind: kind, Order: number, Month: month, Second: second, At: at.UnixMilli()})
}

// bought is the purchase of a product at a moment.
func (w *town) bought(member, sku string, at, until time.Time) pipelines.Write {
	_, rank, ok := w.store.rules.Product(sku)
	if !ok {
		w.t.Fatalf("there is no %s", sku)
	}
	return w.event(member, schemas.LevelEvent{
		Kind: schemas.LevelPurchase, Purchase: []byte("P-" + member), SKU: []byte(sku), Rank: int8(rank), At: at.UnixMilli(), Until: until.UnixMilli(),
	})
}

func (w *town) event(member string, e schemas.LevelEvent) pipelines.Write {
	write := pipelines.Write{
		Target: "levels", Key: []byte(member), Body: schemas.AppendLevelEvent(nil, &e), Time: e.At, From: &w.feed.Part, Offset: w.feed.End,
	}
	w.feed.End++
	return write
}

// write carries events to the store, and wants all of them to take effect.
func (w *town) write(writes []pipelines.Write) {
	w.t.Helper()
	for batch := range slices.Chunk(writes, 5000) {
		results := make([]pipelines.Result, len(batch))
		if err := w.real.Write(w.t.Context(), batch, results); err != nil {
			w.t.Fatalf("writing: %v", err)
		}
		for i := range results {
			if results[i].Verdict != pipelines.Stored {
				w.t.Fatalf("writing event %d: %+v", batch[i].Offset, results[i])
			}
		}
	}
}

// publish takes all that waits, as the relay does.
func (w *town) publish() {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	const page = 1000
	for bucket := range placeBuckets {
		for {
			entries, err := w.real.Outbox(w.t.Context(), bucket, page)
			if err != nil {
				w.t.Fatal(err)
			}
			var ids []string
			for i := range entries {
				ids = append(ids, entries[i].ID)
				w.take(&entries[i])
			}
			if err := w.real.Trim(w.t.Context(), bucket, ids); err != nil {
				w.t.Fatal(err)
			}
			if len(entries) < page {
				break
			}
		}
	}
}

func (w *town) take(e *schemas.OutboxEntry) {
	if e.Topic == schemas.TopicCoupons {
		var granted schemas.CouponGranted
		if err := schemas.DecodeCoupon(&granted, e.Value); err != nil {
			w.t.Fatal(err)
		}
		w.given = append(w.given, granted)
		return
	}
	var changed schemas.LevelChanged
	if err := schemas.DecodeLevel(&changed, e.Value); err != nil {
		w.t.Fatal(err)
	}
	member := string(e.Key)
	w.said[member] = append(w.said[member], changed)
}

// fallen is how many members were announced to have a lower level since the month began.
func (w *town) fallen() (n int) {
	w.publish()
	for _, changes := range w.said {
		for i := range changes {
			if changes[i].Cause == schemas.CauseMonth {
				n++
			}
		}
	}
	return n
}
