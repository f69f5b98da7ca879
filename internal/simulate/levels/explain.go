package levels

import (
	"fmt"
	"slices"
	"strconv"

	"sluice/internal/simulate/orders"
)

// at is how far a store may be with a member: so many orders and purchases done in the order of their topics, these loose acts
// done too, this stretch of time begun, this level announced by so many of an epoch's changes.
type at struct {
	steps, buys int32
	mask        uint16
	phase       int8
	rank        int8
	said        int32
}

// search looks for a way in which the changes that were announced follow from what was sent. The two topics are read
// independently, so their records may have been done in any interleaving; what is loose at any time from its place on, or never.
type search struct {
	*trial

	bounds []int64 // when stretches of time begin, ms: within one no level changes by itself
	said   []Change
	seen   map[at]bool
	work   []at

	far    int32  // the most changes that could be explained
	wanted string // the change that a way wanted which got so far, "" = none
}

// skew is how far clocks are believed to differ, ms.
const skew = 1000

// bounds are the moments at which the member's level may change by itself.
func (t *trial) bounds(until int64) []int64 {
	start := t.author.Start
	bounds := t.cal.turns(start, until)
	for i := range t.buys {
		for _, edge := range [...]int64{t.buys[i].from, t.buys[i].until} {
			if edge > start && edge <= until {
				bounds = append(bounds, edge)
			}
		}
	}
	slices.Sort(bounds)
	return append([]int64{start}, slices.Compact(bounds)...)
}

// explain says why the changes of a member (each once, by epoch, in order) do not follow from what was sent, "" = they
// do. ends says whether the loose acts may all be done that a mask names.
//
// A new epoch begins where any state of an earlier one is restored, or with nothing: what a store that lost something still
// had was a moment of its past.
func (t *trial) explain(epochs [][]Change, until int64, ends func(mask uint16) bool) string {
	s := &search{trial: t, bounds: t.bounds(until), seen: map[at]bool{}}
	restored := map[at]bool{{}: true}
	if len(epochs) == 0 {
		epochs = [][]Change{nil}
	}
	for i, said := range epochs {
		clear(s.seen)
		s.said, s.far, s.wanted = said, 0, ""
		for from := range restored {
			from.said = 0
			s.reach(from)
		}
		whole, ended := false, false
		for len(s.work) > 0 {
			c := s.work[len(s.work)-1]
			s.work = s.work[:len(s.work)-1]
			whole = whole || int(c.said) == len(said)
			ended = ended || s.ended(&c, ends)
			s.next(c)
		}
		if !whole || i == len(epochs)-1 && !ended {
			return s.stuck()
		}
		for c := range s.seen {
			c.said = 0
			restored[c] = true
		}
	}
	return ""
}

// ended says whether nothing more is to come.
func (s *search) ended(c *at, ends func(mask uint16) bool) bool {
	return int(c.said) == len(s.said) && int(c.steps) == len(s.orders) && int(c.buys) == len(s.buys) && ends(c.mask)
}

func (s *search) reach(c at) {
	if !s.seen[c] {
		s.seen[c] = true
		s.work = append(s.work, c)
	}
}

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

// do is one act. One that changes nothing is not announced; any other comes to a level that is announced as it is by then.
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
	if now.rank != int(c.rank) {
		return // that is announced before
	}
	then := s.standing(&after, s.bounds[c.phase])
	if then.rank == now.rank {
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

// stuck says where no way goes on.
func (s *search) stuck() string {
	got := "nothing more"
	if int(s.far) < len(s.said) {
		c := &s.said[s.far]
		got = fmt.Sprintf("%s>%s (%s, %d orders of %s, order %q) as (%d, %d)", c.From, c.To, c.Cause, c.Orders, c.Period, c.OrderID, c.Epoch, c.Version)
	}
	wanted := s.wanted
	if wanted == "" {
		wanted = "nothing more"
	}
	return fmt.Sprintf("after %d changes: want %s, got %s", s.far, wanted, got)
}
