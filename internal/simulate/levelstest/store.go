// Package levelstest is a store of member levels as it should be, for tests to spoil: what it announces and answers is
// what orders and purchases come to, one after the other.
package levelstest

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"sluice/internal/simulate/levels"
	"sluice/internal/simulate/orders"
)

// Store holds one member.
type Store struct {
	Now       int64 // ms since 1970 UTC: the only clock
	Epoch     int64
	Replaying bool // what is done is read again: in a new epoch the level is said once more
	Said      []levels.Change

	author *orders.Author
	zone   *time.Location
	member int64
	state
}

// state is what can be lost.
type state struct {
	done   map[int64]int64 // by order, when
	void   map[int64]bool
	bought map[int64][3]int64 // by order: rank, from, until
	rank   int                // announced
	epoch  int64              // of the last change
	number int64              // its version
}

// New is the store of a member that nobody has heard of.
func New(author *orders.Author, member int64) *Store {
	zone, err := time.LoadLocation(author.Rules.TimeZone)
	if err != nil {
		panic(err)
	}
	s := &Store{Now: author.Start + 1000, Epoch: 1, author: author, zone: zone, member: member}
	s.Restore(state{})
	return s
}

// Save is what the store holds now.
func (s *Store) Save() any {
	return state{maps.Clone(s.done), maps.Clone(s.void), maps.Clone(s.bought), s.rank, s.epoch, s.number}
}

// Restore makes it hold what it held once, or nothing.
func (s *Store) Restore(saved any) {
	was, ok := saved.(state)
	if !ok {
		was = state{}
	}
	s.state = state{map[int64]int64{}, map[int64]bool{}, map[int64][3]int64{}, was.rank, was.epoch, was.number}
	maps.Copy(s.done, was.done)
	maps.Copy(s.void, was.void)
	maps.Copy(s.bought, was.bought)
}

// Do does record n, for the first time or again.
func (s *Store) Do(n int64) {
	o := s.author.Order(orders.OrderOf(n))
	_, done := s.done[o.Number]
	_, bought := s.bought[o.Number]
	before, _, _, _ := s.level(s.Now)
	switch slot := orders.SlotOf(n); {
	case slot == orders.Completed && !done && !s.void[o.Number]:
		s.done[o.Number] = o.Completed
		s.leads(before, "orders", strconv.FormatInt(o.ID, 10))
	case slot == orders.Void && !s.void[o.Number]:
		delete(s.done, o.Number)
		s.void[o.Number] = true
		s.leads(before, "orders", strconv.FormatInt(o.ID, 10))
	case slot == orders.Bought && !bought:
		for _, p := range s.author.Rules.Products {
			if p.SKU == o.SKU {
				s.bought[o.Number] = [3]int64{int64(s.author.Rules.RankOf(p.Level)), o.Bought, o.Bought + p.Days*86_400_000}
			}
		}
		s.leads(before, "membership", "")
	}
	if s.Replaying && s.epoch < s.Epoch {
		s.judge("recovered", "", true)
	}
}

// Turn announces a level that has ended.
func (s *Store) Turn() { s.judge("month", "", false) }

// leads announces where an event has led, from a level that time may have brought about, and nobody announced yet.
func (s *Store) leads(before int, cause, order string) {
	after, _, _, _ := s.level(s.Now)
	rises, falls := after > before && after > s.rank, after < before && after < s.rank
	if rises || falls {
		s.judge(cause, order, false)
	}
}

func (s *Store) judge(cause, order string, again bool) {
	rank, until, period, n := s.level(s.Now)
	if rank == s.rank && !again {
		return
	}
	name := func(rank int) string { return s.author.Rules.Levels[rank].Name }
	s.number++
	s.epoch = s.Epoch
	s.Said = append(s.Said, levels.Change{
		From: name(s.rank), To: name(rank), Cause: cause, Period: period, Orders: n, OrderID: order,
		Epoch: s.Epoch, Version: s.number, At: s.Now, ValidUntil: until, Ruleset: s.author.Rules.Version,
	})
	s.rank = rank
}

// level is that of a moment.
func (s *Store) level(now int64) (rank int, until int64, period string, n int) {
	of := func(ms int64) string { return time.UnixMilli(ms).In(s.zone).Format("2006-01") }
	counts := map[string]int{}
	for _, when := range s.done {
		counts[of(when)]++
	}
	year, month, _ := time.UnixMilli(now).In(s.zone).Date()
	period, n = of(now), counts[of(now)]
	for back := range s.author.Rules.KeepMonths + 1 {
		first := time.Date(year, month-time.Month(back), 1, 0, 0, 0, 0, s.zone)
		for r, l := range s.author.Rules.Levels {
			if name := first.Format("2006-01"); r > rank && counts[name] >= l.Orders {
				rank, period, n = r, name, counts[name]
				until = first.AddDate(0, s.author.Rules.KeepMonths+1, 0).UnixMilli()
			}
		}
	}
	for _, number := range slices.Sorted(maps.Keys(s.bought)) {
		switch b := s.bought[number]; {
		case now < b[1] || now >= b[2]:
		case int(b[0]) > rank:
			rank, until, period, n = int(b[0]), b[2], of(now), counts[of(now)]
		case int(b[0]) == rank && rank > 0:
			until = max(until, b[2])
		}
	}
	return rank, until, period, n
}

// Answer is what a reader is told.
func (s *Store) Answer() levels.Answer {
	rank, until, _, _ := s.level(s.Now)
	a := levels.Answer{
		At: s.Now, Level: s.author.Rules.Levels[rank].Name, ValidUntil: until, Epoch: s.Epoch, Version: s.number,
		Days: map[string]int{}, Months: map[string]int{},
	}
	for _, when := range s.done {
		at := time.UnixMilli(when).In(s.zone)
		a.Days[at.Format(time.DateOnly)]++
		a.Months[at.Format("2006-01")]++
	}
	return a
}
