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
	Amount    int64 // fen, 0 or more
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

// DecodeOrder reads the JSON of an order event into e, which it resets first. Texts of e alias value,
// unless they had to be unescaped. Every error is a *FieldError, after which e is not to be used.
// orderId is text or number. It is as strict as DecodePing.
func DecodeOrder(e *OrderEvent, value []byte) error { return nil }

// AppendOrderJSON appends the canonical JSON of an order event, without a line break: the order id as
// text, since 63 bits do not fit the numbers of JavaScript; absent fields left out.
func AppendOrderJSON(dst []byte, e *OrderEvent) []byte { return dst }
