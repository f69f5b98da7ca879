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
	dst = appendInt(append(dst, `","driverId":"D`...), o.ID>>32&0xfff)
	dst = append(append(dst, `","type":"`...), o.word(slot)...)
	dst = appendInt(append(dst, `","at":`...), o.at(slot))
	dst = appendInt(append(dst, `,"createdAt":`...), o.Created)
	dst = appendInt(append(dst, `,"amount":`...), 1000+o.ID>>23%9000)
	dst = append(dst, `,"city":"shanghai"`...)
	if slot == Created {
		dst = append(appendInt(append(dst, `,"text":"move number `...), o.Number), '"')
	}
	return append(dst, '}')
}

func (o *Order) word(s Slot) string {
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

// at is the time of an order's event, ms.
func (o *Order) at(s Slot) int64 {
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
