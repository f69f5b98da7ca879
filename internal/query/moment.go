package query

import (
	"cmp"

	"sluice/schemas"
	"sluice/schemas/rules"
)

// moment is a member at one moment.
type moment struct {
	rules *rules.Rules
	state *schemas.MemberState
	at    int64 // ms
	past  bool
}

func (m *moment) answer(id string) memberAnswer {
	s := m.standing()
	level := m.rules.Levels[s.Rank]
	month := m.rules.Month(m.at)
	day := m.rules.Day(m.at)
	answer := memberAnswer{
		MemberID: id, At: m.at, Level: level.Name, Rank: s.Rank, Privileges: append([]string{}, level.Privileges...),
		Source: textOrNull(s.Source), ValidUntil: timeOrNull(s.ValidUntil),
		Month:      monthAnswer{Period: month.String(), Orders: m.ordersUntil(month, day.Day)},
		Today:      dayAnswer{Date: day.String(), Orders: m.ordersOn(day)},
		Membership: m.membership(), Epoch: m.state.Epoch, Version: m.state.Version, Ruleset: m.rules.Version,
	}
	if s.Source == rules.SourceOrders {
		answer.Earned = &monthAnswer{Period: s.Period.String(), Orders: s.Orders}
	}
	if next := s.Rank + 1; next < len(m.rules.Levels) && !m.past { // what was needed then is nobody's business now
		above := m.rules.Levels[next]
		answer.Next = &nextLevel{Level: above.Name, OrdersNeeded: max(above.Orders-answer.Month.Orders, 0)}
	}
	return answer
}

// standing is the level at the moment. Now and later it follows from what is known. Of the past it is what was announced
// then, late orders that came after it aside; where that had ended, or is not known any more, it is what the orders of the
// days before give.
func (m *moment) standing() rules.Standing {
	if !m.past {
		return m.rules.Effective(m.state.Count, m.state.Memberships, m.at)
	}
	if s, ok := m.announced(); ok {
		return s
	}
	today := m.rules.Day(m.at)
	return m.rules.Effective(func(month schemas.Month) int { return m.ordersUntil(month, today.Day-1) }, m.state.Memberships, m.at)
}

// announced is the last change before the moment, if it still held then and its level is one of these rules.
func (m *moment) announced() (rules.Standing, bool) {
	for i := len(m.state.History) - 1; i >= 0; i-- {
		c := &m.state.History[i]
		if c.At > m.at {
			continue
		}
		rank, known := m.rules.RankOf(c.To)
		period, err := schemas.ParseMonth(c.Period)
		if !known || err != nil || c.ValidUntil != 0 && m.at >= c.ValidUntil {
			return rules.Standing{}, false
		}
		s := rules.Standing{Rank: rank, ValidUntil: c.ValidUntil, Period: period, Orders: c.Orders}
		switch {
		case rank == 0:
		case m.rules.Rank(c.Orders) >= rank:
			s.Source = rules.SourceOrders
		default:
			s.Source = rules.SourceMembership
		}
		return s, true
	}
	return rules.Standing{}, false
}

// ordersUntil is the orders of a month as far as they are before the moment: of its own month up to and
// with a day, of earlier ones all, of one to come none but what is there.
func (m *moment) ordersUntil(month schemas.Month, day int) int {
	if !m.past || month != m.rules.Month(m.at) {
		return m.state.Count(month)
	}
	sum := 0
	for d := 1; d <= day; d++ {
		sum += m.ordersOn(rules.Date{Month: month, Day: d})
	}
	return sum
}

// ordersOn is the orders of a day.
func (m *moment) ordersOn(day rules.Date) int { return ordersOn(m.state, day) }

func ordersOn(state *schemas.MemberState, day rules.Date) int {
	for i := range state.Months {
		if of := &state.Months[i]; of.Month == day.Month && day.Day <= len(of.Days) {
			return of.Days[day.Day-1]
		}
	}
	return 0
}

// membership is the highest paid level that runs at the moment, of two such the one that ends last; nil when there is none.
func (m *moment) membership() *membershipState {
	var best *schemas.Membership
	for i := range m.state.Memberships {
		one := &m.state.Memberships[i]
		if m.at < one.From || m.at >= one.Until {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(one.Rank, best.Rank), cmp.Compare(one.Until, best.Until)) > 0 {
			best = one
		}
	}
	if best == nil {
		return nil
	}
	return &membershipState{
		PurchaseID: best.PurchaseID, SKU: best.SKU, Level: m.rules.LevelName(best.Rank), From: best.From, Until: best.Until,
	}
}
