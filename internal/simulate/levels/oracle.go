package levels

import (
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/orders"
)

// Oracle knows what was sent, and judges what became of it. Any number of goroutines may ask.
type Oracle struct {
	author  *orders.Author
	cal     calendar
	members []sent

	// Known counts what it goes by.
	Known Known
}

// Known is how much a ledger says. Numbers are sends, doubles included.
type Known struct {
	Acked    int64 // surely in their topics
	Doubtful int64 // may be, once or more often or never
	Refused  int64 // by the gateway: all of them are sound
	Skipped  int64 // never sent
	Last     int64 // ms since 1970 UTC: the last answer

	Acts Acts // those surely in their topics
}

// Acts counts what was provoked.
type Acts struct {
	Late      int64 // orders completed in the month before the load
	Voided    int64 // refunds and cancellations
	Purchased int64 // levels bought
	Doubled   int64 // completions sent again
}

// note counts one.
func (a *Acts) note(o *orders.Order, s orders.Send) {
	switch orders.SlotOf(s.N) {
	case orders.Completed:
		if s.Again {
			a.Doubled++
		} else if o.Late {
			a.Late++
		}
	case orders.Void:
		if !s.Again {
			a.Voided++
		}
	case orders.Bought:
		if !s.Again {
			a.Purchased++
		}
	case orders.Created:
	}
}

// sent is a member's events in the order of their topics.
type sent struct {
	orders    []step
	purchases []step
}

// step is one record that is in its topic, or, when it is loose, may be: from this place on.
type step struct {
	n     int64
	loose bool
}

// New goes through the plan and the ledger, side by side.
func New(author *orders.Author, book *ledger.Ledger) (*Oracle, error) {
	zone, err := time.LoadLocation(author.Rules.TimeZone)
	if err != nil {
		return nil, err
	}
	o := &Oracle{author: author, cal: calendar{zone}, members: make([]sent, author.Members)}
	var sends []orders.Send
	for lane := range author.Lanes + 1 {
		walk := author.Lane(lane)
		for tick, more := int64(0), true; more; tick++ {
			sends, more = walk.Next(sends[:0])
			if len(sends) > 0 {
				outcome := book.Of(author.Block(lane, tick))
				o.request(&outcome, sends, lane == author.Lanes)
			}
		}
	}
	for i := range o.members {
		o.members[i].orders = firsts(o.members[i].orders)
		o.members[i].purchases = firsts(o.members[i].purchases)
	}
	return o, nil
}

// request takes in what one request carried.
func (o *Oracle) request(outcome *ledger.Outcome, sends []orders.Send, purchases bool) {
	o.Known.Refused += outcome.Rejected
	o.Known.Last = max(o.Known.Last, o.author.Start+outcome.Done)
	for i, s := range sends {
		fate := outcome.Fate(int64(i))
		switch fate {
		case ledger.Unsent:
			o.Known.Skipped++
			continue
		case ledger.Refused:
			continue
		case ledger.Unsure:
			o.Known.Doubtful++
		case ledger.Acked:
			o.Known.Acked++
		}
		loose := fate == ledger.Unsure
		if orders.SlotOf(s.N) == orders.Created {
			continue // nothing follows from it
		}
		order := o.author.Order(orders.OrderOf(s.N))
		if !loose {
			o.Known.Acts.note(&order, s)
		}
		to := &o.members[order.Member]
		list := &to.orders
		if purchases {
			list = &to.purchases
		}
		*list = append(*list, step{n: s.N, loose: loose})
	}
}

// firsts leaves of each record what matters: the first time that it is surely in the topic, and before that the first
// time that it may be. What comes again has no effect.
func firsts(steps []step) []step {
	known := make(map[int64]bool, len(steps)) // whether surely
	kept := steps[:0]
	for _, s := range steps {
		surely, before := known[s.n]
		if surely || before && s.loose {
			continue
		}
		known[s.n] = !s.loose
		kept = append(kept, s)
	}
	return kept
}

// Span is the days of the load's orders, the first and the last one: 2026-11-21.
func (o *Oracle) Span() (from, to string) {
	start := o.author.Start
	first := min(o.cal.start(o.cal.of(start)-1), o.cal.start(o.cal.of(start-o.author.Over)))
	return o.cal.date(first), o.cal.date(start)
}

// Sent says whether anything of a member was, or may have been, sent.
func (o *Oracle) Sent(member int64) bool {
	return len(o.members[member].orders)+len(o.members[member].purchases) > 0
}
