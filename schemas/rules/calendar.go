package rules

// Date is a day of the business calendar.
type Date struct {
	Month Month
	Day   int // 1 to 31
}

// Month is the month of a moment (ms since 1970 UTC, within schemas.MinTS to schemas.MaxTS).
func (r *Rules) Month(ms int64) Month { return 0 }

// Start is the first moment of a month, ms.
func (r *Rules) Start(m Month) int64 { return 0 }

// End is the first moment behind a month, ms.
func (r *Rules) End(m Month) int64 { return r.Start(m.Add(1)) }

// Second is the month of a moment and the whole seconds of it since that month began.
func (r *Rules) Second(ms int64) (Month, int32) { return 0, 0 }

// Day is the day of a moment.
func (r *Rules) Day(ms int64) Date { return Date{} }

// DayOf is the day of the month, 1 to 31, of so many seconds since it began.
func (r *Rules) DayOf(m Month, second int32) int { return 0 }

// Days is how many days a month has.
func (r *Rules) Days(m Month) int { return 0 }
