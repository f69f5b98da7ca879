package levels

import (
	"fmt"
	"slices"
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
