package rules

// Where a level comes from.
const (
	SourceOrders     = "orders"
	SourceMembership = "membership"
)

// Standing is a member's level at one moment.
type Standing struct {
	Rank       int
	Source     string // SourceOrders, SourceMembership, "" for the base level; orders when both give it
	ValidUntil int64  // ms: the first moment at which it falls if nothing else happens; 0 for the base level
	Period     Month  // the month whose orders give it, the latest such; else the month of that moment
	Orders     int    // in Period
}

// Effective is the standing at a moment (ms since 1970 UTC): the highest of the level of each month's
// orders, from KeepMonths before that moment's month up to that month, and of the memberships that run
// then (From <= at < Until). Months and memberships that begin later have not happened: they do not
// count, and do not prolong ValidUntil. counts is asked for KeepMonths + 1 months.
func (r *Rules) Effective(counts func(Month) int, memberships []Membership, at int64) Standing {
	now := r.Month(at)
	s := Standing{Period: now}
	current := counts(now)
	s.Orders = current
	for back := range r.KeepMonths + 1 {
		m, orders := now.Add(-back), current
		if back > 0 {
			orders = counts(m)
		}
		if rank := r.Rank(orders); rank > s.Rank {
			s = Standing{Rank: rank, Source: SourceOrders, ValidUntil: r.Start(m.Add(r.KeepMonths + 1)), Period: m, Orders: orders}
		}
	}
	for i := range memberships {
		m := &memberships[i]
		if at < m.From || at >= m.Until {
			continue
		}
		switch rank := r.capped(m.Rank); {
		case rank > s.Rank:
			s = Standing{Rank: rank, Source: SourceMembership, ValidUntil: m.Until, Period: now, Orders: current}
		case rank == s.Rank && rank > 0:
			s.ValidUntil = max(s.ValidUntil, m.Until)
		}
	}
	return s
}
