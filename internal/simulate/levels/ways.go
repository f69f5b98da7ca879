package levels

import (
	"fmt"
	"slices"
	"strconv"

	"sluice/internal/simulate/orders"
)

// next goes every way on.
func (s *search) next(c at) {
	now := s.standing(&c, s.bounds[c.phase])
	if int(c.phase)+1 < len(s.bounds) {
		later := c
		later.phase++
		s.reach(later)
	}
	s.byItself(c, &now)
	if int(c.steps) < len(s.orders) {
		a := &s.orders[c.steps]
		after := c
		after.steps++
		s.do(c, after, &now, a)
	}
	if int(c.buys) < len(s.buys) {
		a := &s.buys[c.buys]
		after := c
		after.buys++
		s.do(c, after, &now, a)
	}
	for bit := range s.loose {
		l := &s.loose[bit]
		come := l.step < int(c.steps)
		if l.purchase {
			come = l.step < int(c.buys)
		}
		if come && c.mask>>bit&1 == 0 {
			after := c
			after.mask |= 1 << bit
			s.do(c, after, &now, &l.act)
		}
	}
}

// byItself is a change that no event caused: a level that ended, or that is said again in a new epoch.
func (s *search) byItself(c at, now *standing) {
	again := c.said == 0 && len(s.said) > 0 && s.said[0].Cause == causeRecovered
	if now.rank == int(c.rank) && !again {
		return
	}
	causes := []string{causeMonth, causeMembership}
	if again {
		causes = []string{causeRecovered}
	}
	s.announce(c, c, now, "", causes)
}

// do is one act. What time made of the level is announced by itself, or not at all: an act is announced that leads beyond both
// that and what was announced, or away from what they agree on.
func (s *search) do(c, after at, now *standing, a *act) {
	same := a.bit >= 0 && c.mask == after.mask // its place is passed, it is not done
	if !same && a.slot != orders.Bought {
		same = !slices.ContainsFunc(s.months, func(m month) bool {
			return s.count(m, int(c.steps), c.mask) != s.count(m, int(after.steps), after.mask)
		})
	}
	if same {
		s.reach(after)
		return
	}
	then := s.standing(&after, s.bounds[c.phase])
	lowest, highest := min(now.rank, int(c.rank)), max(now.rank, int(c.rank))
	if lowest <= then.rank && then.rank <= highest {
		s.reach(after)
		return
	}
	if a.slot == orders.Bought {
		s.announce(c, after, &then, "", []string{causeMembership})
		return
	}
	s.announce(c, after, &then, strconv.FormatInt(a.id, 10), []string{causeOrders})
}

// announce goes on if the next change that was announced is this one.
func (s *search) announce(c, after at, then *standing, orderID string, causes []string) {
	name := func(rank int) string { return s.author.Rules.Levels[rank].Name }
	if int(c.said) < len(s.said) {
		said := &s.said[c.said]
		begin, end := s.bounds[c.phase]-skew, int64(1)<<62
		if int(c.phase)+1 < len(s.bounds) {
			end = s.bounds[c.phase+1] + skew
		}
		if said.From == name(int(c.rank)) && said.To == name(then.rank) && said.OrderID == orderID && slices.Contains(causes, said.Cause) &&
			said.Period == then.period.String() && said.Orders == then.orders && said.ValidUntil == then.until &&
			said.Ruleset == s.author.Rules.Version && begin <= said.At && said.At < end {
			after.rank, after.said = int8(then.rank), c.said+1
			s.far = max(s.far, after.said)
			s.reach(after)
			return
		}
	}
	if c.said >= s.far {
		s.wanted = fmt.Sprintf("%s>%s (%s, %d orders of %s, order %q)", name(int(c.rank)), name(then.rank), causes[0], then.orders, then.period, orderID)
	}
}
