package schemas

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

const oneOrder = 301885432101234567

// drawOrderEvents are events of one order, with few values, so that they meet.
func drawOrderEvents(t *rapid.T) []OrderEvent {
	text := func(name string) []byte { return []byte(rapid.SampledFrom([]string{"", "", "a", "b"}).Draw(t, name)) }
	events := make([]OrderEvent, rapid.IntRange(1, 7).Draw(t, "events"))
	for i := range events {
		events[i] = OrderEvent{
			OrderID: oneOrder, MemberID: []byte(rapid.SampledFrom([]string{"M1", "M2"}).Draw(t, "member")),
			Type: OrderType(rapid.IntRange(int(OrderCreated), int(OrderRefunded)).Draw(t, "type")),
			At:   MinTS + rapid.Int64Range(0, 3).Draw(t, "at"), City: text("city"), Text: text("text"), DriverID: text("driver"),
			Amount: rapid.Int64Range(0, 3).Draw(t, "amount"), HasAmount: rapid.Bool().Draw(t, "has amount"),
		}
		if rapid.Bool().Draw(t, "says when it was made") {
			events[i].CreatedAt = MinTS - 1 + rapid.Int64Range(0, 3).Draw(t, "created at")
		}
	}
	return events
}

// An order ends the same for any order of arrival, any duplicate and any split into batches, and as a
// model says that looks at all events at once.
func TestAnOrderEndsTheSameInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := drawOrderEvents(t)
		want := AppendOrder(nil, orderModel(events))
		arrivals := slices.Concat(rapid.Permutation(events).Draw(t, "order"), events[:rapid.IntRange(0, len(events)).Draw(t, "duplicates")])
		cut := rapid.IntRange(0, len(arrivals)).Draw(t, "batch")
		batch := foldDocuments(t, nil, arrivals[cut:])
		held := foldDocuments(t, nil, arrivals[:cut])
		if held != nil && batch != nil {
			merged, changed, err := MergeOrders(nil, held, batch)
			if err != nil {
				t.Fatal(err)
			}
			if changed {
				held = merged
			}
		} else if held == nil {
			held = batch
		}
		if !bytes.Equal(held, want) {
			t.Fatalf("%s\nnot\n%s", held, want)
		}
		if again := foldDocuments(t, held, events); !bytes.Equal(again, held) {
			t.Fatalf("told again it is\n%s\nnot\n%s", again, held)
		}
	})
}

// foldDocuments merges events into a document one by one.
func foldDocuments(t *rapid.T, held []byte, events []OrderEvent) []byte {
	for i := range events {
		o := OrderOf(&events[i])
		merged, changed, err := MergeOrders(nil, held, AppendOrder(nil, &o))
		if err != nil {
			t.Fatal(err)
		}
		if changed {
			held = merged
		}
	}
	return held
}

// orderModel says what an order is in its own words: it sorts the events and looks for the last that tells.
func orderModel(events []OrderEvent) *Order {
	o := &Order{OrderID: oneOrder}
	first := func(of OrderType, when func(*OrderEvent) int64) int64 {
		best := int64(math.MaxInt64)
		for i := range events {
			if at := when(&events[i]); (of == OrderUnset || events[i].Type == of) && at != 0 {
				best = min(best, at)
			}
		}
		if best == math.MaxInt64 {
			return 0
		}
		return best
	}
	at := func(e *OrderEvent) int64 { return e.At }
	o.CompletedAt, o.CancelledAt, o.RefundedAt = first(OrderCompleted, at), first(OrderCancelled, at), first(OrderRefunded, at)
	o.CreatedAt = earlier(first(OrderCreated, at), first(OrderUnset, func(e *OrderEvent) int64 { return e.CreatedAt }))
	told := func(value func(*OrderEvent) string, void bool) (last string, said int64) {
		for i := range events {
			e := &events[i]
			isVoid := e.Type == OrderCancelled || e.Type == OrderRefunded
			if value(e) == "" || isVoid != void {
				continue
			}
			if stamp := e.At<<typeBits | int64(e.Type); stamp > said || stamp == said && value(e) > last {
				last, said = value(e), stamp
			}
		}
		return last, said
	}
	ofAll := func(value func(*OrderEvent) string) (string, int64) {
		a, said := told(value, false)
		b, voidSaid := told(value, true)
		if voidSaid > said {
			return b, voidSaid
		}
		return a, said
	}
	o.MemberID, o.MemberSaid = ofAll(func(e *OrderEvent) string { return string(e.MemberID) })
	o.DriverID, o.DriverSaid = ofAll(func(e *OrderEvent) string { return string(e.DriverID) })
	o.City, o.CitySaid = ofAll(func(e *OrderEvent) string { return string(e.City) })
	o.Text, o.TextSaid = ofAll(func(e *OrderEvent) string { return string(e.Text) })
	amount := func(e *OrderEvent) string {
		if !e.HasAmount {
			return ""
		}
		return string(rune('0' + e.Amount))
	}
	digit, said := told(amount, false)
	if said |= wordOfOrder; digit == "" {
		digit, said = told(amount, true)
	}
	if digit != "" {
		n := int64(digit[0] - '0')
		o.Amount, o.AmountSaid = &n, said
	}
	o.conclude()
	return o
}

// A later event that says less takes nothing away.
func TestAnOrderForgetsNothing(t *testing.T) {
	created := OrderEvent{
		OrderID: oneOrder, MemberID: []byte("M1"), Type: OrderCreated, At: 1789999000000, Amount: 3800, HasAmount: true,
		City: []byte("shanghai"), Text: []byte("two sofas"),
	}
	completed := OrderEvent{OrderID: oneOrder, MemberID: []byte("M1"), DriverID: []byte("D1"), Type: OrderCompleted, At: 1790000000123}
	refunded := OrderEvent{OrderID: oneOrder, MemberID: []byte("M1"), Type: OrderRefunded, At: 1790000500000, Amount: 500, HasAmount: true}
	for _, order := range [][]OrderEvent{{created, completed, refunded}, {refunded, completed, created}, {completed, refunded, created, completed}} {
		o := OrderOf(&order[0])
		for i := range order[1:] {
			next := OrderOf(&order[1+i])
			o.Merge(&next)
		}
		if o.Type != "refunded" || o.At() != 1790000500000 || o.CreatedAt != 1789999000000 || o.TS != o.CreatedAt || o.CompletedAt != 1790000000123 ||
			o.DriverID != "D1" || o.City != "shanghai" || o.Text != "two sofas" || *o.Amount != 3800 {
			t.Errorf("%+v", o)
		}
	}
}

// What has been cancelled does not count any more, however late it is said to be completed.
func TestATypeIsNotAMatterOfClocks(t *testing.T) {
	o := OrderOf(&OrderEvent{OrderID: 1, MemberID: []byte("M"), Type: OrderCancelled, At: MinTS})
	late := OrderOf(&OrderEvent{OrderID: 1, MemberID: []byte("M"), Type: OrderCompleted, At: MinTS + 9})
	if changed := o.Merge(&late); !changed || o.Type != "cancelled" || o.CompletedAt != MinTS+9 || o.TS != MinTS {
		t.Errorf("%+v", o)
	}
}

func TestWhatIsNoOrderIsNotMerged(t *testing.T) {
	good := AppendOrder(nil, &Order{OrderID: 7, MemberID: "M"})
	for _, bad := range []string{``, `{}`, `[]`, `{"orderId":7}`, `{"orderId":"7","memberId":"M"}`, `{"orderId":-7,"memberId":"M"}`, `{"orderId":8,"memberId":"M"}`} {
		if _, _, err := MergeOrders(nil, good, []byte(bad)); err == nil {
			t.Errorf("%s was merged", bad)
		}
	}
	if _, _, err := MergeOrders(nil, []byte(`{}`), good); err == nil {
		t.Error("an order was merged into what is none")
	}
}
