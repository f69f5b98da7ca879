package rules

import (
	"fmt"
	"time"

	"sluice/schemas"
)

// The months whose beginnings are remembered: those of all moments that a record can have, in any zone,
// and the one behind.
const (
	firstMonth       = Month(199912)
	rememberedMonths = 12*100 + 3
	meanMonth        = 2_629_746_000 // ms: the 400 years of the Gregorian calendar by their 4800 months
)

func monthStarts(place *time.Location) []int64 {
	starts := make([]int64, rememberedMonths)
	for i := range starts {
		starts[i] = startOf(place, firstMonth.Add(i))
	}
	return starts
}

func startOf(place *time.Location, m Month) int64 {
	return settled(place, wallTime(m.Year(), m.Number(), 1, 0, 0)) * 1000
}

// Month is the month of a moment (ms since 1970 UTC, schemas.MinTS to schemas.MaxTS): the one whose Start
// is at or before it, and whose End is behind it.
func (r *Rules) Month(ms int64) Month {
	last := len(r.starts) - 2
	i := max(0, min(last, int((ms-r.starts[0])/meanMonth)))
	for i > 0 && ms < r.starts[i] {
		i--
	}
	for i < last && ms >= r.starts[i+1] {
		i++
	}
	return firstMonth.Add(i)
}

// Start is the first moment of a month, ms.
func (r *Rules) Start(m Month) int64 {
	if i := months(m) - months(firstMonth); i >= 0 && i < len(r.starts) {
		return r.starts[i]
	}
	return startOf(r.location, m)
}

// months counts them since the year 0.
func months(m Month) int { return m.Year()*12 + m.Number() - 1 }

// End is the first moment behind a month, ms: the Start of the next.
func (r *Rules) End(m Month) int64 { return r.Start(m.Add(1)) }

// Second is the month of a moment and the whole seconds since that month began.
func (r *Rules) Second(ms int64) (Month, int32) {
	m := r.Month(ms)
	return m, int32((ms - r.Start(m)) / 1000)
}

// Date is a day of the business calendar.
type Date struct {
	Month Month
	Day   int // 1 to 31
}

// String is the form of the wire: 2026-11-21.
func (d Date) String() string { return fmt.Sprintf("%s-%02d", d.Month, d.Day) }

// Day is the day that clocks show at a moment, of the month that it belongs to: the last one where clocks
// show the next month already, and are put back.
func (r *Rules) Day(ms int64) Date {
	m := r.Month(ms)
	year, month, day := time.UnixMilli(ms).In(r.location).Date()
	if schemas.MonthOf(year, int(month)) > m {
		day = r.Days(m)
	}
	return Date{Month: m, Day: day}
}

// DayOf is the day, 1 to 31, so many seconds after a month began; its last day for more than it has.
func (r *Rules) DayOf(m Month, second int32) int {
	at := r.Start(m) + int64(second)*1000
	if at >= r.End(m) {
		return r.Days(m)
	}
	return r.Day(at).Day
}

// Days is how many days a month has.
func (r *Rules) Days(m Month) int {
	return time.Date(m.Year(), time.Month(m.Number())+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
