package verify

import (
	"context"
	"errors"
	"strings"
	"testing"

	"sluice/internal/simulate/documents"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/orders"
)

// Each fault of the order index fails its assertion, and no other.
func TestFaultsAmongDocumentsAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		want  string
		plant func(w *orderWorld, kept []documents.Document) []documents.Document
	}{
		"one is missing": {"L1", func(_ *orderWorld, kept []documents.Document) []documents.Document { return kept[1:] }},
		"one is never seen": {"L1", func(w *orderWorld, kept []documents.Document) []documents.Document {
			w.unseen = 1 << 20
			return kept
		}},
		"one of nobody's": {"L2", func(_ *orderWorld, kept []documents.Document) []documents.Document {
			return append(kept, documents.Document{OrderID: "7"})
		}},
		"an event that never was": {"L2", func(w *orderWorld, kept []documents.Document) []documents.Document {
			d := w.fated(kept, "completed")
			d.RefundedAt = d.CompletedAt
			return kept
		}},
		"another time": {"L4", func(w *orderWorld, kept []documents.Document) []documents.Document {
			*w.fated(kept, "completed").CompletedAt++
			return kept
		}},
		"a lost event": {"L4", func(w *orderWorld, kept []documents.Document) []documents.Document {
			d := w.fated(kept, "completed")
			d.CompletedAt, d.Type, d.At = nil, "created", *d.CreatedAt
			return kept
		}},
		"another state": {"L4", func(w *orderWorld, kept []documents.Document) []documents.Document {
			w.fated(kept, "refunded").Type = "completed"
			return kept
		}},
		"a second copy": {"L5", func(_ *orderWorld, kept []documents.Document) []documents.Document { return append(kept, kept[0]) }},
		"all at once": {"L1 L2 L4 L5", func(w *orderWorld, kept []documents.Document) []documents.Document {
			*w.fated(kept[2:], "completed").CompletedAt++
			return append(kept[1:], documents.Document{OrderID: "7"}, kept[1])
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newOrderWorld(t)
			id := w.author.MemberID(0)
			w.kept[id] = c.plant(w, w.kept[id])
			r := w.verify(t)
			if got := failing(r); got != c.want {
				t.Errorf("%q fail, want %q: %+v", got, c.want, r.Assertions)
			}
		})
	}
}

// fated is the first order of a type.
func (w *orderWorld) fated(kept []documents.Document, of string) *documents.Document {
	for i := range kept {
		if kept[i].Type == of {
			return &kept[i]
		}
	}
	panic("no order is " + of)
}

// An event in doubt may have come and may not have; what of an order is acknowledged is there all the same.
func TestAnEventInDoubtMayBeThere(t *testing.T) {
	w := newOrderWorld(t)
	id := w.author.MemberID(0)
	order, refund := w.doubted(t)
	for name, c := range map[string]struct {
		want  string
		plant func(kept []documents.Document)
	}{
		"it came":      {"", func([]documents.Document) {}},
		"it did not":   {"", func(kept []documents.Document) { refund(kept, true) }},
		"half of it":   {"L4", func(kept []documents.Document) { refund(kept, false) }},
		"with a fault": {"L4", func(kept []documents.Document) { at := int64(1); found(kept, order).CompletedAt = &at }},
	} {
		t.Run(name, func(t *testing.T) {
			was := w.kept[id]
			defer func() { w.kept[id] = was }()
			w.kept[id] = append([]documents.Document(nil), was...)
			c.plant(w.kept[id])
			r := w.verify(t)
			if got := failing(r); got != c.want {
				t.Errorf("%q fail, want %q: %+v", got, c.want, r.Assertions)
			}
		})
	}
}

// doubted puts each request in doubt that carries the refund of one order of member 0, and says how the document
// is without it: as a whole, or but for its type.
func (w *orderWorld) doubted(t *testing.T) (order string, without func(kept []documents.Document, whole bool)) {
	t.Helper()
	d := w.fated(w.kept[w.author.MemberID(0)], "refunded")
	for lane := range w.author.Lanes {
		walk := w.author.Lane(lane)
		for tick, more := int64(0), true; more; tick++ {
			var sends []orders.Send
			sends, more = walk.Next(nil)
			for _, s := range sends {
				if o := w.author.Order(orders.OrderOf(s.N)); orders.SlotOf(s.N) == orders.Void && d.RefundedAt != nil && o.Voided == *d.RefundedAt {
					w.book.Outcomes[w.author.Block(lane, tick)].State = ledger.Doubt
				}
			}
		}
	}
	return d.OrderID, func(kept []documents.Document, whole bool) {
		d := found(kept, d.OrderID)
		d.RefundedAt = nil
		if whole {
			d.Type, d.At = "completed", *d.CompletedAt
		}
	}
}

func found(kept []documents.Document, order string) *documents.Document {
	for i := range kept {
		if kept[i].OrderID == order {
			return &kept[i]
		}
	}
	return nil
}

// mute answers for members, and not for their orders.
type mute struct{ *orderWorld }

func (mute) Orders(context.Context, string, int) ([]documents.Document, error) {
	return nil, errors.New("away")
}

func TestOrdersThatCannotBeReadAreNoProof(t *testing.T) {
	w := newOrderWorld(t)
	_, err := RunOrders(t.Context(), OrdersConfig{Ledger: w.book, Poll: 1, Readers: 2}, OrdersDeps{Members: mute{w}, Topic: w, Offsets: w, Watcher: w})
	if err == nil || !strings.Contains(err.Error(), "away") {
		t.Errorf("ended with %v", err)
	}
}
