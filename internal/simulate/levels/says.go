package levels

// Change is a change of level that was announced, as member.levels has it.
type Change struct {
	From, To   string // names of levels
	Cause      string
	Period     string // 2026-11
	Orders     int
	OrderID    string // "" = no order's event
	Epoch      int64
	Version    int64
	At         int64 // ms since 1970 UTC
	ValidUntil int64 // ms, 0 = for good
	Ruleset    string
}

// After says whether c comes after another change of the same member.
func (c *Change) After(d *Change) bool {
	return c.Epoch > d.Epoch || c.Epoch == d.Epoch && c.Version > d.Version
}

// Answer is what a reader was told of a member.
type Answer struct {
	At         int64 // ms: the moment that it is about
	Level      string
	ValidUntil int64 // ms, 0 = for good
	Epoch      int64
	Version    int64
	Days       map[string]int // completed orders of the days of Span that have some, by date: 2026-11-21
	Months     map[string]int // … of the months of these days: 2026-11
}

// The causes that a change may name.
const (
	causeOrders     = "orders"
	causeMembership = "membership"
	causeMonth      = "month"
	causeRecovered  = "recovered"
	causeRepair     = "repair"
)
