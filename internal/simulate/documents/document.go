package documents

import (
	"fmt"
	"strconv"

	"sluice/internal/simulate/orders"
)

// Document is an order as a reader is told of it. Times are ms since 1970 UTC; nil is null.
type Document struct {
	OrderID     string  `json:"orderId"`
	MemberID    string  `json:"memberId"`
	DriverID    *string `json:"driverId"`
	Type        string  `json:"type"`
	At          int64   `json:"at"`
	CreatedAt   *int64  `json:"createdAt"`
	CompletedAt *int64  `json:"completedAt"`
	CancelledAt *int64  `json:"cancelledAt"`
	RefundedAt  *int64  `json:"refundedAt"`
	Amount      *int64  `json:"amount"`
	City        *string `json:"city"`
	Text        *string `json:"text"`
}

// told is the document of an order of which these events are known, in whatever order they came: what any of them says. All
// events of a plan's order say the same of its member, driver, amount, city and making. The order is what the strongest of
// them made of it, whatever their times say: refunded, else cancelled, else completed, else created.
func (o *Oracle) told(order *orders.Order, known events) Document {
	driver, amount, city := "D"+strconv.FormatInt(order.Driver(), 10), order.Amount(), orders.City
	d := Document{
		OrderID: strconv.FormatInt(order.ID, 10), MemberID: o.author.MemberID(order.Member), DriverID: &driver,
		CreatedAt: &order.Created, Amount: &amount, City: &city,
	}
	for _, slot := range byStrength() {
		if !known.has(slot) {
			continue
		}
		at := order.At(slot)
		d.Type, d.At = order.Type(slot), at
		switch d.Type {
		case "created":
			text := order.Text()
			d.Text = &text
		case "completed":
			d.CompletedAt = &at
		case "cancelled":
			d.CancelledAt = &at
		case "refunded":
			d.RefundedAt = &at
		}
	}
	return d
}

// byStrength are the events that an order may have, the strongest last.
func byStrength() [3]orders.Slot {
	return [...]orders.Slot{orders.Created, orders.Completed, orders.Void}
}

// differs names the first field of a document that is not as wanted, "" = all are.
func (d *Document) differs(want *Document) string {
	for _, f := range [...]struct {
		name     string
		equal    bool
		is, want any
	}{
		{"memberId", d.MemberID == want.MemberID, d.MemberID, want.MemberID},
		{"type", d.Type == want.Type, d.Type, want.Type},
		{"at", d.At == want.At, d.At, want.At},
		{"createdAt", same(d.CreatedAt, want.CreatedAt), shown(d.CreatedAt), shown(want.CreatedAt)},
		{"completedAt", same(d.CompletedAt, want.CompletedAt), shown(d.CompletedAt), shown(want.CompletedAt)},
		{"cancelledAt", same(d.CancelledAt, want.CancelledAt), shown(d.CancelledAt), shown(want.CancelledAt)},
		{"refundedAt", same(d.RefundedAt, want.RefundedAt), shown(d.RefundedAt), shown(want.RefundedAt)},
		{"driverId", same(d.DriverID, want.DriverID), shown(d.DriverID), shown(want.DriverID)},
		{"amount", same(d.Amount, want.Amount), shown(d.Amount), shown(want.Amount)},
		{"city", same(d.City, want.City), shown(d.City), shown(want.City)},
		{"text", same(d.Text, want.Text), shown(d.Text), shown(want.Text)},
	} {
		if !f.equal {
			return fmt.Sprintf("%s is %v, want %v", f.name, f.is, f.want)
		}
	}
	return ""
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

func shown[T any](value *T) any {
	if value == nil {
		return "null"
	}
	return *value
}
