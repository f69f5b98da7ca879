package documents

import (
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/orders"
)

// Oracle knows which events of each order were sent, and judges what a reader is told of them. Any number of goroutines
// may ask. It keeps 3 bytes of each order of the plan, and 8 more of one that was sent.
type Oracle struct {
	author  *orders.Author
	orders  []sent    // by number
	members [][]int64 // the numbers of each one's orders of which anything was, or may have been, sent
}

// sent is what is known of the events of one order.
type sent struct {
	surely  events // in the topic
	perhaps events // … or may be; those surely there among them
	turned  bool   // one came, or may have come, behind another that happened later
}

// events are some of an order's: a bit for each slot.
type events uint8

func (e events) has(s orders.Slot) bool { return e>>s&1 == 1 }

func (e events) with(s orders.Slot) events { return e | 1<<s }

// New goes through the plan and the ledger, side by side.
func New(author *orders.Author, book *ledger.Ledger) *Oracle {
	o := &Oracle{author: author, orders: make([]sent, author.Orders), members: make([][]int64, author.Members)}
	var sends []orders.Send
	for lane := range author.Lanes { // the one behind them carries purchases, which have no documents
		walk := author.Lane(lane)
		for tick, more := int64(0), true; more; tick++ {
			sends, more = walk.Next(sends[:0])
			outcome := book.Of(author.Block(lane, tick))
			for i, s := range sends {
				if fate := outcome.Fate(int64(i)); fate == ledger.Acked || fate == ledger.Unsure {
					o.note(s.N, fate == ledger.Acked)
				}
			}
		}
	}
	return o
}

// note takes in one record that is in the topic, or may be.
func (o *Oracle) note(n int64, surely bool) {
	number, slot := orders.OrderOf(n), orders.SlotOf(n)
	of := &o.orders[number]
	order := o.author.Order(number)
	if of.perhaps == 0 {
		o.members[order.Member] = append(o.members[order.Member], number)
	}
	if !of.perhaps.has(slot) {
		for _, other := range byStrength() {
			of.turned = of.turned || of.perhaps.has(other) && order.At(other) > order.At(slot)
		}
	}
	of.perhaps = of.perhaps.with(slot)
	if surely {
		of.surely = of.surely.with(slot)
	}
}

// Sent is how many orders of a member were, or may have been, sent.
func (o *Oracle) Sent(member int64) int { return len(o.members[member]) }
