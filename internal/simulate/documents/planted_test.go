package documents_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"sluice/internal/simulate/documents"
	"sluice/internal/simulate/orders"
)

func TestAFaultlessIndexHolds(t *testing.T) {
	w := newWorld(t, nil)
	faults, all := w.judge(nil)
	if faults != "" || all.Documents != int32(w.author.Orders) || all.Sure != all.Documents || all.There != all.Sure || all.Loose+all.Kept != 0 || all.Turned == 0 {
		t.Errorf("%s %+v", faults, all)
	}
}

// Each kind of fault is found, once, and called by its name.
func TestPlantedFaultsAreFound(t *testing.T) {
	of := func(fate orders.Fate) func(*orders.Order) bool {
		return func(o *orders.Order) bool { return o.Fate == fate }
	}
	moved := func(ms *int64) *int64 { later := *ms + 1; return &later }
	w := newWorld(t, nil)
	for name, c := range map[string]struct {
		want  string
		of    func(*orders.Order) bool
		plant func(d *documents.Document)
	}{
		"another order's id":             {"invented", of(orders.Kept), func(d *documents.Document) { d.OrderID = "7" }},
		"a completion that was not":      {"invented: ", of(orders.Cancelled), func(d *documents.Document) { d.CompletedAt = d.CreatedAt }},
		"a refund that was not":          {"invented: ", of(orders.Kept), func(d *documents.Document) { d.RefundedAt = d.CreatedAt }},
		"a cancellation for a refund":    {"invented: ", of(orders.Refunded), func(d *documents.Document) { d.CancelledAt, d.RefundedAt = d.RefundedAt, nil }},
		"a lost completion":              {"altered: ", of(orders.Kept), func(d *documents.Document) { d.CompletedAt, d.Type, d.At = nil, "created", *d.CreatedAt }},
		"a lost completion that shows":   {"altered: ", of(orders.Kept), func(d *documents.Document) { d.CompletedAt = nil }},
		"a lost cancellation":            {"altered: ", of(orders.CancelledFirst), func(d *documents.Document) { d.CancelledAt = nil }},
		"a lost text":                    {"altered: ", of(orders.Kept), func(d *documents.Document) { d.Text = nil }},
		"another text":                   {"altered: ", of(orders.Kept), func(d *documents.Document) { text := "sofas"; d.Text = &text }},
		"another making":                 {"altered: ", of(orders.Kept), func(d *documents.Document) { d.CreatedAt = moved(d.CreatedAt) }},
		"no making":                      {"altered: ", of(orders.Kept), func(d *documents.Document) { d.CreatedAt = nil }},
		"another completion":             {"altered: ", of(orders.Kept), func(d *documents.Document) { d.CompletedAt = moved(d.CompletedAt) }},
		"another refund":                 {"altered: ", of(orders.Refunded), func(d *documents.Document) { d.RefundedAt = moved(d.RefundedAt) }},
		"another cancellation":           {"altered: ", of(orders.Cancelled), func(d *documents.Document) { d.CancelledAt = moved(d.CancelledAt) }},
		"the type that came last":        {"altered: ", of(orders.CancelledFirst), func(d *documents.Document) { d.Type, d.At = "completed", *d.CompletedAt }},
		"a type of another time":         {"altered: ", of(orders.Refunded), func(d *documents.Document) { d.At = *d.CompletedAt }},
		"another amount":                 {"altered: ", of(orders.Kept), func(d *documents.Document) { d.Amount = moved(d.Amount) }},
		"no city":                        {"altered: ", of(orders.Kept), func(d *documents.Document) { d.City = nil }},
		"another driver":                 {"altered: ", of(orders.Kept), func(d *documents.Document) { d.DriverID = d.City }},
		"another member":                 {"altered: ", of(orders.Kept), func(d *documents.Document) { d.MemberID = "M1" }},
		"a document that tells no event": {"altered: ", of(orders.Cancelled), func(d *documents.Document) { d.CancelledAt, d.Text = nil, nil }},
	} {
		t.Run(name, func(t *testing.T) {
			order := w.find(t, c.of)
			got, _ := w.judge(func(_ int64, told []documents.Document) []documents.Document {
				for i := range told {
					if told[i].OrderID == strconv.FormatInt(order.ID, 10) {
						c.plant(&told[i])
					}
				}
				return told
			})
			if !strings.HasPrefix(got, c.want) || strings.Contains(c.want, ":") && strings.Contains(got, ";") {
				t.Errorf("%q, want %q and nothing more", got, c.want)
			}
		})
	}
}

func TestPlantedDocumentsAreFound(t *testing.T) {
	w := newWorld(t, nil)
	for name, c := range map[string]struct {
		want  string
		plant func(told []documents.Document) []documents.Document
	}{
		"one missing": {"lost", func(told []documents.Document) []documents.Document { return told[1:] }},
		"one twice":   {"copied", func(told []documents.Document) []documents.Document { return append(told, told[0]) }},
		"one of nobody's": {"invented", func(told []documents.Document) []documents.Document {
			return append(told, documents.Document{OrderID: "x"})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := w.judge(func(member int64, told []documents.Document) []documents.Document {
				if member == 2 {
					told = c.plant(told)
				}
				return told
			})
			if !strings.HasPrefix(got, c.want) || strings.Contains(got, ";") {
				t.Errorf("%q, want %q and nothing more", got, c.want)
			}
		})
	}
	// With another member's order two are wrong: it is missing, and it is where it does not belong.
	got, _ := w.judge(func(member int64, told []documents.Document) []documents.Document {
		others := w.index.Told(w.author.MemberID(1))
		switch member {
		case 1:
			return others[1:]
		case 2:
			return append(told, others[0])
		}
		return told
	})
	if parts := strings.Split(got, "; "); len(parts) != 2 || !strings.HasPrefix(parts[0], "lost") || !strings.HasPrefix(parts[1], "invented") {
		t.Errorf("an order of another member: %q", got)
	}
}

// Many faults are counted, and only some of them told.
func TestFaultsAreCounted(t *testing.T) {
	w := newWorld(t, nil)
	o := documents.New(w.author, w.book)
	told := w.index.Told(w.author.MemberID(0))
	if v := o.Judge(0, nil); v.Faults[documents.Lost] != int32(len(told)) || len(v.First) != 5 || !v.Wrong() || o.Sent(0) != len(told) {
		t.Errorf("%+v of %d", v, len(told))
	}
	if v := o.Judge(0, slices.Concat(told, told)); v.Faults[documents.Copied] != int32(len(told)) || v.Documents != 2*int32(len(told)) {
		t.Errorf("%+v of %d", v, len(told))
	}
}
