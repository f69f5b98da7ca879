package documents_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/internal/simulate/documents"
	"sluice/internal/simulate/documentstest"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/orders"
)

// Whatever becomes of the requests, whichever of the events in doubt have come, in whatever order and how often: an index
// that merges them by the product's rule is right.
func TestWhatIsInDoubtMayBeThereOrNot(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		var came []int64
		w := newWorld(t, func(r *request) {
			switch dice.IntN(6) {
			case 0:
				r.outcome.State = ledger.Skipped
			case 1:
				r.outcome.State = ledger.Doubt
			case 2:
				if len(r.sends) > 0 {
					r.outcome.Rejected, r.outcome.Refused = 1, []ledger.Refusal{{Index: 0, Code: "bad_json"}}
				}
			case 3:
				r.outcome.Rejected = 1 // nobody says which
			}
			for i, s := range r.sends {
				fate := r.outcome.Fate(int64(i))
				for range 1 + dice.IntN(2) {
					if orders.SlotOf(s.N) != orders.Bought && (fate == ledger.Acked || fate == ledger.Unsure && dice.IntN(2) == 0) {
						came = append(came, s.N)
					}
				}
			}
		})
		dice.Shuffle(len(came), func(i, j int) { came[i], came[j] = came[j], came[i] })
		w.index = documentstest.New(w.author)
		for _, n := range came {
			w.index.Do(n)
		}
		if faults, all := w.judge(nil); faults != "" || all.Loose == 0 {
			rt.Errorf("%s %+v", faults, all)
		}
	})
}

// What nobody sent, or the gateway refused, is an invention also of an order of which the rest is there.
func TestAnEventThatWasNeverSentIsAnInvention(t *testing.T) {
	for name, never := range map[string]func(r *request){
		"skipped": func(r *request) { r.outcome.State = ledger.Skipped },
		"refused": func(r *request) {
			r.outcome.Rejected = int64(len(r.sends))
			for i := range r.sends {
				r.outcome.Refused = append(r.outcome.Refused, ledger.Refusal{Index: int64(i), Code: "bad_json"})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var stopped []int64
			w := newWorld(t, func(r *request) {
				if r.outcome.Block == 8 {
					never(r)
					for _, s := range r.sends {
						stopped = append(stopped, s.N)
					}
				}
			})
			if faults, _ := w.judge(nil); faults != "" || len(stopped) == 0 {
				t.Fatalf("%d never sent: %s", len(stopped), faults)
			}
			w.index.Do(stopped[0])
			if faults, _ := w.judge(nil); !strings.HasPrefix(faults, "invented") || strings.Contains(faults, ";") {
				t.Errorf("%q, want one invention", faults)
			}
		})
	}
}

// An event in doubt shows as a whole or not at all, and does not excuse what was acknowledged.
func TestAnEventInDoubtIsThereAsAWhole(t *testing.T) {
	order := newWorld(t, nil).find(t, func(o *orders.Order) bool { return o.Fate == orders.Refunded })
	refund := orders.Number(order.Number, orders.Void)
	at, later := order.Voided, order.Voided+1
	for name, c := range map[string]struct {
		want  string
		plant func(d *documents.Document)
	}{
		"it did not come":      {"", func(*documents.Document) {}},
		"it came":              {"", func(d *documents.Document) { d.Type, d.At, d.RefundedAt = "refunded", at, &at }},
		"its type alone":       {"altered: ", func(d *documents.Document) { d.Type = "refunded" }},
		"its time alone":       {"altered: ", func(d *documents.Document) { d.RefundedAt = &at }},
		"another time":         {"altered: ", func(d *documents.Document) { d.Type, d.At, d.RefundedAt = "refunded", later, &later }},
		"for the completion":   {"altered: ", func(d *documents.Document) { d.Type, d.At, d.RefundedAt, d.CompletedAt = "refunded", at, &at, nil }},
		"as another that ends": {"invented: ", func(d *documents.Document) { d.Type, d.At, d.CancelledAt = "cancelled", at, &at }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(r *request) {
				if slices.ContainsFunc(r.sends, func(s orders.Send) bool { return s.N == refund }) {
					r.outcome.State = ledger.Doubt
				}
			})
			got, _ := w.judge(func(_ int64, told []documents.Document) []documents.Document {
				for i := range told {
					if told[i].OrderID == strconv.FormatInt(order.ID, 10) {
						c.plant(&told[i])
					}
				}
				return told
			})
			if !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") || strings.Contains(got, ";") {
				t.Errorf("%q, want %q and nothing more", got, c.want)
			}
		})
	}
}

// An order of which all is in doubt may be there and may not; nothing else may be in its place.
func TestAnOrderInDoubt(t *testing.T) {
	w := newWorld(t, func(r *request) { r.outcome.State = ledger.Doubt })
	if faults, all := w.judge(nil); faults != "" || all.Loose != int32(w.author.Orders) || all.Kept+all.Sure != 0 {
		t.Errorf("%s %+v", faults, all)
	}
	w.index.Do(orders.Number(0, orders.Completed))
	faults, all := w.judge(func(_ int64, told []documents.Document) []documents.Document { return told })
	if faults != "" || all.Kept != 1 {
		t.Errorf("%s %+v", faults, all)
	}
}
