// Package documentstest is an order index as it should be, for tests to spoil: it reads the events of a load as they are
// sent, and merges them by the product's own rule.
package documentstest

import (
	"cmp"
	"slices"
	"strconv"

	"sluice/internal/simulate/documents"
	"sluice/internal/simulate/orders"
	"sluice/schemas"
)

// Index holds orders.
type Index struct {
	author *orders.Author
	orders map[int64]schemas.Order
}

// New is one without orders.
func New(author *orders.Author) *Index {
	return &Index{author: author, orders: map[int64]schemas.Order{}}
}

// Do takes in record n, for the first time or again.
func (x *Index) Do(n int64) {
	var e schemas.OrderEvent
	if err := schemas.DecodeOrder(&e, x.author.Append(nil, n)); err != nil {
		panic(err)
	}
	said := schemas.OrderOf(&e)
	if held, known := x.orders[e.OrderID]; known {
		said.Merge(&held)
	}
	x.orders[e.OrderID] = said
}

// Kept are the orders of a member, those with the greatest ids first.
func (x *Index) Kept(member string) (kept []schemas.Order) {
	for _, o := range x.orders {
		if o.MemberID == member {
			kept = append(kept, o)
		}
	}
	slices.SortFunc(kept, func(a, b schemas.Order) int { return cmp.Compare(b.OrderID, a.OrderID) })
	return kept
}

// Told is what a reader is told of them.
func (x *Index) Told(member string) (told []documents.Document) {
	for _, o := range x.Kept(member) {
		told = append(told, documents.Document{
			OrderID: strconv.FormatInt(o.OrderID, 10), MemberID: o.MemberID, DriverID: some(o.DriverID), Type: o.Type, At: o.At(),
			CreatedAt: some(o.CreatedAt), CompletedAt: some(o.CompletedAt), CancelledAt: some(o.CancelledAt), RefundedAt: some(o.RefundedAt),
			Amount: o.Amount, City: some(o.City), Text: some(o.Text),
		})
	}
	return told
}

// some is nil for what no event said.
func some[T comparable](value T) *T {
	if value == *new(T) {
		return nil
	}
	return &value
}
