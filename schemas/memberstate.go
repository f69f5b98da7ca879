package schemas

// MaxHistory is how many changes of level a store keeps of each member; older ones are forgotten.
const MaxHistory = 100

// MemberState is all that a store holds of one member. A member that it has never heard of is a state
// without months: whoever reads computes the level from it, the clock and the rules.
type MemberState struct {
	MemberID    string
	Epoch       int64          // of its bucket
	Version     int64          // of the last change announced in that epoch, 0 = none yet
	Announced   string         // the level last announced, "" = none yet: the base level
	Months      []MonthOrders  // in order of time, only those with orders
	Memberships []Membership   // in order of From
	History     []LevelChanged // the last MaxHistory, oldest first
	Recovering  bool           // its bucket lost data and reads it back: the rest may be short of events
}

// MonthOrders is the orders that a member completed in one month.
type MonthOrders struct {
	Month  Month
	Orders int
	Days   []int // Days[0] is the first of the month; one for each of its days
}

// Count is how many orders count in a month.
func (s *MemberState) Count(m Month) int {
	for i := range s.Months {
		if s.Months[i].Month == m {
			return s.Months[i].Orders
		}
	}
	return 0
}

// Membership is a paid level for a time.
type Membership struct {
	PurchaseID string
	SKU        string
	Rank       int   // of the level that it gives, by the rules in force when it was bought
	From       int64 // ms since 1970 UTC, inclusive
	Until      int64 // exclusive
}
