package schemas

// Order is what is known of one order, as it rests in its index: what all of its events that have come
// so far say together. Times are ms since 1970 UTC and 0 when no event told them, as an empty text is.
//
// Two states of one order are merged into one; OrderOf is the state that a single event makes. The merge
// is commutative, associative and idempotent, so that an order ends the same for any order of arrival,
// any duplicate and any split into batches, and it forgets nothing that an event knew:
//   - a time is the earliest that any event of its kind told, which is how levels are counted, too;
//   - the type is the last one of created, completed, cancelled, refunded that was told. It does not
//     go by the clock: an order that was cancelled does not count, however late its completion comes;
//   - any other field is the one that the latest event with that field told. For that, each has a
//     stamp beside it.
type Order struct {
	OrderID     int64  `json:"orderId"`
	MemberID    string `json:"memberId"`
	DriverID    string `json:"driverId"`
	Type        string `json:"type"`
	TS          int64  `json:"ts"` // by which searches find it: CreatedAt, or the earliest of the other times while nobody has told that
	CreatedAt   int64  `json:"createdAt"`
	CompletedAt int64  `json:"completedAt"`
	CancelledAt int64  `json:"cancelledAt"`
	RefundedAt  int64  `json:"refundedAt"`
	Amount      *int64 `json:"amount"` // fen
	City        string `json:"city"`
	Text        string `json:"text"`

	MemberSaid int64 `json:"memberSaid"`
	DriverSaid int64 `json:"driverSaid"`
	AmountSaid int64 `json:"amountSaid"`
	CitySaid   int64 `json:"citySaid"`
	TextSaid   int64 `json:"textSaid"`
}

// A stamp orders those who told a field: by the event's time, of one time by its type.
const (
	typeBits = 3
	// wordOfOrder puts an amount that an order or its completion tells above every other: what a
	// cancellation or a refund says may be what was paid back, and counts only while nothing else is known.
	wordOfOrder = 1 << 50
)

// OrderOf is what one event says.
func OrderOf(e *OrderEvent) Order {
	stamp := e.At<<typeBits | int64(e.Type)
	o := Order{OrderID: e.OrderID, MemberID: string(e.MemberID), CreatedAt: e.CreatedAt, MemberSaid: stamp}
	switch e.Type {
	case OrderCreated:
		o.CreatedAt = earlier(o.CreatedAt, e.At)
	case OrderCompleted:
		o.CompletedAt = e.At
	case OrderCancelled:
		o.CancelledAt = e.At
	case OrderRefunded:
		o.RefundedAt = e.At
	case OrderUnset:
	}
	if len(e.DriverID) > 0 {
		o.DriverID, o.DriverSaid = string(e.DriverID), stamp
	}
	if len(e.City) > 0 {
		o.City, o.CitySaid = string(e.City), stamp
	}
	if len(e.Text) > 0 {
		o.Text, o.TextSaid = string(e.Text), stamp
	}
	if e.HasAmount {
		amount := e.Amount
		o.Amount, o.AmountSaid = &amount, stamp
		if e.Type == OrderCreated || e.Type == OrderCompleted {
			o.AmountSaid |= wordOfOrder
		}
	}
	o.conclude()
	return o
}

// Merge takes in what p, a state of the same order, knows, and says whether that changed anything.
func (o *Order) Merge(p *Order) (changed bool) {
	was := *o
	o.CreatedAt = earlier(o.CreatedAt, p.CreatedAt)
	o.CompletedAt = earlier(o.CompletedAt, p.CompletedAt)
	o.CancelledAt = earlier(o.CancelledAt, p.CancelledAt)
	o.RefundedAt = earlier(o.RefundedAt, p.RefundedAt)
	later(&o.MemberID, &o.MemberSaid, p.MemberID, p.MemberSaid)
	later(&o.DriverID, &o.DriverSaid, p.DriverID, p.DriverSaid)
	later(&o.City, &o.CitySaid, p.City, p.CitySaid)
	later(&o.Text, &o.TextSaid, p.Text, p.TextSaid)
	if p.Amount != nil && (o.Amount == nil || p.AmountSaid > o.AmountSaid || p.AmountSaid == o.AmountSaid && *p.Amount > *o.Amount) {
		o.Amount, o.AmountSaid = p.Amount, p.AmountSaid
	}
	o.conclude()
	return *o != was
}

// conclude derives what follows from the times.
func (o *Order) conclude() {
	switch {
	case o.RefundedAt != 0:
		o.Type = OrderRefunded.String()
	case o.CancelledAt != 0:
		o.Type = OrderCancelled.String()
	case o.CompletedAt != 0:
		o.Type = OrderCompleted.String()
	default:
		o.Type = OrderCreated.String()
	}
	if o.TS = o.CreatedAt; o.TS == 0 {
		o.TS = earlier(earlier(o.CompletedAt, o.CancelledAt), o.RefundedAt)
	}
}

// At is when the order came to be of its type, ms.
func (o *Order) At() int64 {
	switch o.Type {
	case OrderRefunded.String():
		return o.RefundedAt
	case OrderCancelled.String():
		return o.CancelledAt
	case OrderCompleted.String():
		return o.CompletedAt
	}
	return o.CreatedAt
}

// earlier is the smaller of two times; 0 is none.
func earlier(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// later takes the text with the greater stamp; of one stamp, the greater text.
func later(text *string, said *int64, other string, otherSaid int64) {
	if otherSaid > *said || otherSaid == *said && other > *text {
		*text, *said = other, otherSaid
	}
}
