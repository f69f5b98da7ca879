package schemas

// OrderFactsQuery asks an index of orders for what member levels follow from.
type OrderFactsQuery struct {
	Member string // "" = of all members
	// Since leaves out orders that were completed, cancelled and refunded before it, or not at all, ms; 0 = none.
	Since int64
	// Newest asks for so many at most, 10,000 or fewer, of the orders with the greatest ids: a sample that is cheap. What was
	// written in the last second or two may not be seen. 0 = all.
	Newest int
	// Fresh is for a Member: what was written before the call is seen, which may be dear. Without a Member and Newest it always is.
	Fresh bool
}

// OrderFact is what an order means for its member's levels. An order that was only made is none.
type OrderFact struct {
	OrderID     int64
	Member      []byte // valid until the function that was given it returns
	CompletedAt int64  // ms since 1970 UTC, 0 = not
	VoidAt      int64  // ms: when it was last known to be cancelled or refunded, 0 = not
}

// FactOf is the fact of an order; its Member is a copy.
func FactOf(o *Order) OrderFact {
	return OrderFact{OrderID: o.OrderID, Member: []byte(o.MemberID), CompletedAt: o.CompletedAt, VoidAt: max(o.CancelledAt, o.RefundedAt)}
}

// Asked says whether the fact is one that a query asks for, but for its member.
func (f *OrderFact) Asked(q *OrderFactsQuery) bool {
	at := max(f.CompletedAt, f.VoidAt)
	return at > 0 && at >= q.Since
}
