package documents

import (
	"fmt"
	"strconv"

	"sluice/internal/simulate/orders"
)

// Kind is what is wrong with an order.
type Kind uint8

// The kinds of faults.
const (
	Lost     Kind = iota // an event of it was acknowledged, and it is not there, or not by its id
	Invented             // nothing of it was sent, or not the event that it tells of
	Altered              // its document is not what its events say
	Copied               // it is there more than once

	kinds
)

// Fault is one of them.
type Fault struct {
	Kind Kind
	Said string
}

// Verdict is what is wrong with one member's orders, and what was compared.
type Verdict struct {
	Faults [kinds]int32 // how many of each kind
	First  []Fault      // a few of each

	Documents int32 // that a reader is told of
	Sure      int32 // orders with an acknowledged event
	There     int32 // … that are there
	Loose     int32 // … of which all that was sent is in doubt
	Kept      int32 // loose ones that are there
	Turned    int32 // documents that are right, of orders with an event that came behind one that happened later
	Sought    int32 // orders that were asked for by their ids
	Unfound   int32 // … and not found by them
}

// Wrong says whether anything is.
func (v *Verdict) Wrong() bool { return v.Faults != [kinds]int32{} }

// Seek takes in whether an order that a reader is told of is found by its id, too.
func (v *Verdict) Seek(id string, found bool) {
	if v.Sought++; !found {
		v.Unfound++
		v.fault(Lost, "order %s is listed, and not found by its id", id)
	}
}

// maxFirst is how many faults of a kind are named.
const maxFirst = 5

func (v *Verdict) fault(kind Kind, format string, args ...any) {
	if v.Faults[kind]++; v.Faults[kind] <= maxFirst {
		v.First = append(v.First, Fault{kind, fmt.Sprintf(format, args...)})
	}
}

// Judge judges all documents that a reader is told of when it asks for a member's orders.
func (o *Oracle) Judge(member int64, told []Document) Verdict {
	var v Verdict
	numbers := make(map[string]int64, len(o.members[member]))
	for _, number := range o.members[member] {
		numbers[o.id(number)] = number
	}
	seen := make(map[string]bool, len(told))
	for i := range told {
		d := &told[i]
		v.Documents++
		number, known := numbers[d.OrderID]
		switch {
		case seen[d.OrderID]:
			v.fault(Copied, "order %s is there more than once", d.OrderID)
		case !known:
			v.fault(Invented, "order %s is there, and nothing of it was sent", d.OrderID)
		default:
			o.document(&v, number, d)
		}
		seen[d.OrderID] = true
	}
	for _, number := range o.members[member] {
		id := o.id(number)
		there := seen[id]
		switch {
		case o.orders[number].surely == 0:
			v.Loose++
			if there {
				v.Kept++
			}
		case !there:
			v.Sure++
			v.fault(Lost, "order %s is not there", id)
		default:
			v.Sure++
			v.There++
		}
	}
	return v
}

func (o *Oracle) id(number int64) string {
	order := o.author.Order(number)
	return strconv.FormatInt(order.ID, 10)
}

// document compares one document with the events that it tells of: each that was acknowledged, and of those in doubt the ones that
// it shows. It has one fault at most, since more of them would follow from the first.
func (o *Oracle) document(v *Verdict, number int64, d *Document) {
	order, of := o.author.Order(number), o.orders[number]
	var tells events
	for _, sign := range [...]struct {
		what  string
		there bool
		slot  orders.Slot
		due   bool // an order of the plan like this one has such an event
	}{
		{"its text", d.Text != nil, orders.Created, true},
		{"a completion", d.CompletedAt != nil, orders.Completed, order.Has(orders.Completed)},
		{"a cancellation", d.CancelledAt != nil, orders.Void, order.Fate == orders.Cancelled || order.Fate == orders.CancelledFirst},
		{"a refund", d.RefundedAt != nil, orders.Void, order.Fate == orders.Refunded},
	} {
		switch {
		case sign.there && (!sign.due || !of.perhaps.has(sign.slot)):
			v.fault(Invented, "order %s tells %s, and no event that was sent does", d.OrderID, sign.what)
			return
		case sign.there:
			tells = tells.with(sign.slot)
		case sign.due && of.surely.has(sign.slot):
			v.fault(Altered, "order %s lacks %s, which was acknowledged", d.OrderID, sign.what)
			return
		}
	}
	if tells == 0 {
		v.fault(Altered, "order %s tells none of its events", d.OrderID)
		return
	}
	want := o.told(&order, tells)
	if why := d.differs(&want); why != "" {
		v.fault(Altered, "order %s: %s", d.OrderID, why)
		return
	}
	if of.turned {
		v.Turned++
	}
}
