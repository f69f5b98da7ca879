package schemas

// Why a level changed.
const (
	CauseOrders     = "orders"     // an order came, or no longer counts
	CauseMembership = "membership" // a paid level began, or ended
	CauseMonth      = "month"      // a month's orders no longer hold
	CauseRules      = "rules"      // the rules changed
	CauseRecovered  = "recovered"  // none did: what the store had lost was read again, and the level is said once more
	CauseRepair     = "repair"     // reconciliation found what was missing, or too much
)

// LevelChanged says that a member has another level. Consumers keep, of each member, the one with the
// greatest (Epoch, Version), and pass over what is not greater.
type LevelChanged struct {
	MemberID   string `json:"memberId"`
	From       string `json:"from"` // names of levels
	To         string `json:"to"`
	Cause      string `json:"cause"`             // one of the Cause constants
	Period     string `json:"period"`            // the month whose orders count: 2026-11
	Orders     int    `json:"orders"`            // in that month
	OrderID    string `json:"orderId,omitempty"` // whose event changed it; "" when none did
	Epoch      int64  `json:"epoch"`
	Version    int64  `json:"version"`
	At         int64  `json:"at"`         // ms since 1970 UTC, when it was announced
	ValidUntil int64  `json:"validUntil"` // ms: the first moment at which it falls by itself; 0 = never
	Ruleset    string `json:"ruleset"`    // the version of the rules
}

// After says whether c replaces what is known as (epoch, version).
func (c *LevelChanged) After(epoch, version int64) bool {
	return c.Epoch > epoch || c.Epoch == epoch && c.Version > version
}
