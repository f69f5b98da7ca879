package levels

import (
	"slices"

	"sluice/internal/simulate/orders"
)

// maxLoose is how many records of a member may be in doubt: what may have become of them is tried in every combination.
const maxLoose = 6

// trial is one member on trial: what may have been done to it, and in which order.
type trial struct {
	*Oracle

	orders []act
	buys   []act
	loose  []place         // a bit each
	counts [][]int         // of the sure orders: by how many steps were done and by place in months
	months []month         // in which orders were completed
	acts   map[int64][]act // all that was done to an order that something loose was done to
}

// act is what one record does.
type act struct {
	order int64 // its number
	slot  orders.Slot
	id    int64
	at    int64 // ms
	month month // of a completion
	step  int   // its place
	bit   int   // of one that is loose, -1 = it is not
	bought
}

type bought = membership

// place is where something loose stands, from where on it may have been done.
type place struct {
	act

	purchase bool
}

// try prepares a member; nil when too much of it is in doubt.
func (o *Oracle) try(member int64) *trial {
	t := &trial{Oracle: o}
	of := &o.members[member]
	if t.orders = t.list(of.orders, false); t.orders == nil {
		return nil
	}
	if t.buys = t.list(of.purchases, true); t.buys == nil {
		return nil
	}
	for i := range t.loose {
		if !t.loose[i].purchase {
			t.acts = map[int64][]act{}
		}
	}
	for i := range t.orders {
		if a := &t.orders[i]; a.slot == orders.Completed && !slices.Contains(t.months, a.month) {
			t.months = append(t.months, a.month)
		}
	}
	t.recount()
	return t
}

func (t *trial) list(steps []step, purchases bool) []act {
	acts := make([]act, 0, len(steps))
	for i, s := range steps {
		order := t.author.Order(orders.OrderOf(s.n))
		a := act{order: order.Number, slot: orders.SlotOf(s.n), id: order.ID, step: i, bit: -1}
		switch a.slot {
		case orders.Completed:
			a.at, a.month = order.Completed, t.cal.of(order.Completed)
		case orders.Bought:
			a.bought = t.membership(&order)
		case orders.Void:
			a.at = order.Voided
		case orders.Created:
			a.at = order.Created
		}
		if s.loose {
			if len(t.loose) == maxLoose {
				return nil
			}
			a.bit = len(t.loose)
			t.loose = append(t.loose, place{act: a, purchase: purchases})
		}
		acts = append(acts, a)
	}
	return acts
}

func (t *trial) membership(o *orders.Order) membership {
	for _, p := range t.author.Rules.Products {
		if p.SKU == o.SKU {
			return membership{rank: t.author.Rules.RankOf(p.Level), from: o.Bought, until: o.Bought + p.Days*24*60*60*1000}
		}
	}
	return membership{}
}

// recount counts what surely was done, step by step, and gathers the orders of which something is loose.
func (t *trial) recount() {
	for i := range t.loose {
		if l := &t.loose[i]; !l.purchase {
			t.acts[l.order] = nil
		}
	}
	type state struct {
		in   month // 0 = it is not completed
		void bool
	}
	known := map[int64]state{}
	row := make([]int, len(t.months))
	t.counts = append(t.counts, slices.Clone(row))
	for i := range t.orders {
		a := &t.orders[i]
		if _, touched := t.acts[a.order]; touched {
			t.acts[a.order] = append(t.acts[a.order], *a)
		}
		was := known[a.order]
		now := was
		switch {
		case a.bit >= 0:
		case a.slot == orders.Completed:
			now.in = a.month
		case a.slot == orders.Void:
			now.void = true
		}
		known[a.order] = now
		if was.in != 0 && !was.void {
			row[slices.Index(t.months, was.in)]--
		}
		if now.in != 0 && !now.void {
			row[slices.Index(t.months, now.in)]++
		}
		t.counts = append(t.counts, slices.Clone(row))
	}
}

// count is how many orders of a month count after so many steps and these loose acts.
func (t *trial) count(m month, steps int, mask uint16) int {
	n := 0
	if i := slices.Index(t.months, m); i >= 0 {
		n = t.counts[steps][i]
	}
	if mask == 0 {
		return n
	}
	for _, acts := range t.acts {
		if countsIn(acts, steps, mask) == m {
			n++
		}
		if countsIn(acts, steps, 0) == m {
			n--
		}
	}
	return n
}

// countsIn is the month in which an order counts, 0 when it does not.
func countsIn(acts []act, steps int, mask uint16) (in month) {
	for i := range acts {
		a := &acts[i]
		if a.bit < 0 && a.step >= steps || a.bit >= 0 && mask>>a.bit&1 == 0 {
			continue
		}
		switch a.slot {
		case orders.Void:
			return 0
		case orders.Completed:
			in = a.month
		case orders.Created, orders.Bought:
		}
	}
	return in
}

// standing is the level after so many steps.
func (t *trial) standing(c *at, moment int64) standing {
	held := make([]membership, 0, 4)
	for i := range t.buys {
		b := &t.buys[i]
		if b.bit < 0 && i < int(c.buys) || b.bit >= 0 && c.mask>>b.bit&1 == 1 {
			held = append(held, b.bought)
		}
	}
	return standingAt(&t.author.Rules, t.cal, func(m month) int { return t.count(m, int(c.steps), c.mask) }, held, moment)
}
