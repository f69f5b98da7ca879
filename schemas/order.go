package schemas

// OrderEvent is something that happened to an order. Byte slices alias the input of the decoder, unless
// it had to unescape them. An absent text is empty.
type OrderEvent struct {
	OrderID   int64 // 1 to 2^63-1
	MemberID  []byte
	DriverID  []byte
	Type      OrderType
	At        int64 // when it happened, ms since 1970 UTC
	CreatedAt int64 // when the order was made, ms; 0 when absent
	Amount    int64 // fen; a system that writes refunds as debts may go below 0
	HasAmount bool
	City      []byte
	Text      []byte // what the customer wrote
	Unknown   int    // fields that the schema does not know, kept out of the stores
}

// OrderType is what happened to an order.
type OrderType uint8

// What can happen to an order. The zero value is none of them.
const (
	OrderUnset OrderType = iota
	OrderCreated
	OrderCompleted
	OrderCancelled
	OrderRefunded
)

// String is the type on the wire, "" for OrderUnset.
func (t OrderType) String() string {
	switch t {
	case OrderCreated:
		return "created"
	case OrderCompleted:
		return "completed"
	case OrderCancelled:
		return "cancelled"
	case OrderRefunded:
		return "refunded"
	case OrderUnset:
	}
	return ""
}

// ParseOrderType reads what String writes, false when it is none of them.
func ParseOrderType(text []byte) (OrderType, bool) {
	switch string(text) {
	case "created":
		return OrderCreated, true
	case "completed":
		return OrderCompleted, true
	case "cancelled":
		return OrderCancelled, true
	case "refunded":
		return OrderRefunded, true
	}
	return OrderUnset, false
}
