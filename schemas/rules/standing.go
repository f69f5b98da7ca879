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

// Effective is the standing at a moment: the highest of the level of each month's orders, from
// KeepMonths before that moment's month up to that month, and of the memberships that run then. What
// begins later does not count, nor does it prolong ValidUntil.
func (r *Rules) Effective(counts func(Month) int, memberships []Membership, at int64) Standing {
	return Standing{}
}
