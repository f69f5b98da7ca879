package orders

import "strconv"

// Slot is which of an order's events a record is. Record n is slot n%4 of order n/4.
type Slot uint8

// The slots. An order has the first; the others as it goes.
const (
	Created Slot = iota
	Completed
	Void   // refunded or cancelled
	Bought // a purchase beside it

	slots = 4
)

// OrderOf and SlotOf take a record's number apart.
func OrderOf(n int64) int64 { return n / slots }

// SlotOf is which of its order's events record n is.
func SlotOf(n int64) Slot { return Slot(n % slots) }

// Number is the number of an order's event.
func Number(order int64, s Slot) int64 { return order*slots + int64(s) }

// Has says whether an order has such an event.
func (o *Order) Has(s Slot) bool {
	switch s {
	case Created:
		return true
	case Completed:
		return o.Fate != Cancelled
	case Void:
		return o.Fate != Kept
	case Bought:
		return o.Bought > 0
	}
	return false
}

// Doubled says whether record n is sent again in a later request.
func (a *Author) Doubled(n int64) bool { return within(a.chance(n, useDouble), a.doubled) }

// Append appends record n as a service sends it, without a line feed: about 200 bytes.
func (a *Author) Append(dst []byte, n int64) []byte {
	o, slot := a.Order(OrderOf(n)), SlotOf(n)
	if slot == Bought {
		dst = appendInt(append(append(dst, `{"purchaseId":"`...), a.Run...), o.Number)
		dst = a.appendMember(append(dst, `","memberId":"`...), o.Member)
		dst = append(append(dst, `","sku":"`...), o.SKU...)
		return append(appendInt(append(dst, `","at":`...), o.Bought), '}')
	}
	dst = appendInt(append(dst, `{"orderId":"`...), o.ID)
	dst = a.appendMember(append(dst, `","memberId":"`...), o.Member)
	dst = appendInt(append(dst, `","driverId":"D`...), o.Driver())
	dst = append(append(dst, `","type":"`...), o.Type(slot)...)
	dst = appendInt(append(dst, `","at":`...), o.At(slot))
	dst = appendInt(append(dst, `,"createdAt":`...), o.Created)
	dst = appendInt(append(dst, `,"amount":`...), o.Amount())
	dst = append(append(append(dst, `,"city":"`...), City...), '"')
	if slot == Created {
		dst = append(appendInt(append(append(dst, `,"text":"`...), textBefore...), o.Number), '"')
	}
	return append(dst, '}')
}

// City is that of all orders.
const City = "shanghai"

// textBefore the order's number is what its customer wrote.
const textBefore = "move number "

// Driver is the number of the driver's id, Dn, in each event of an order.
func (o *Order) Driver() int64 { return o.ID >> 32 & 0xfff }

// Amount is what each event of an order says that it costs, fen.
func (o *Order) Amount() int64 { return 1000 + o.ID>>23%9000 }

// Text is what the customer wrote, which only the event says that makes the order.
func (o *Order) Text() string { return string(appendInt([]byte(textBefore), o.Number)) }

// Type is what an order's event is called.
func (o *Order) Type(s Slot) string {
	switch {
	case s == Created:
		return "created"
	case s == Completed:
		return "completed"
	case o.Fate == Refunded:
		return "refunded"
	}
	return "cancelled"
}

// At is when an order's event happened, ms since 1970 UTC.
func (o *Order) At(s Slot) int64 {
	switch s {
	case Completed:
		return o.Completed
	case Void:
		return o.Voided
	case Bought:
		return o.Bought
	case Created:
	}
	return o.Created
}

func appendInt(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) }
