package verify

import (
	"context"
	"errors"
	"strings"
	"testing"

	"sluice/internal/simulate/documents"
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
		"one in another month": {"L1", func(w *orderWorld, kept []documents.Document) []documents.Document {
			w.misplaced = kept[0].OrderID
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
