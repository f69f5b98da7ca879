package rules

import (
	"fmt"
	"strconv"
	"time"
)

// CouponDue is the first moment after that one at which a plan of these rules is due (both ms), and the
// period that the coupon is for: 2026-11, 2026-W47 (ISO 8601) or 2026-11-21. It depends on nothing but the
// plan and the calendar: a chain of coupons cannot drift, nor die.
func (r *Rules) CouponDue(plan *CouponPlan, after int64) (due int64, period string) {
	for n := -1; ; n++ { // the period before may be due yet where clocks jump
		wall, period := r.occurrence(plan, after, n)
		if due = settled(r.location, wall) * 1000; due > after {
			return due, period
		}
	}
}

// occurrence is the wall time at which a plan is due in the nth period behind that of a moment.
func (r *Rules) occurrence(plan *CouponPlan, ms int64, n int) (wall int64, period string) {
	hour, minute := clock(plan.At)
	if plan.Every == EveryMonth {
		m := r.Month(ms).Add(n)
		return wallTime(m.Year(), m.Number(), min(plan.Day, r.Days(m)), hour, minute), m.String()
	}
	year, month, day := time.UnixMilli(ms).In(r.location).Date()
	date := time.Date(year, month, day, hour, minute, 0, 0, time.UTC) // a wall time
	if plan.Every == EveryDay {
		date = date.AddDate(0, 0, n)
		return date.Unix(), date.Format(time.DateOnly)
	}
	sinceMonday := (int(date.Weekday()) + 6) % 7
	date = date.AddDate(0, 0, 7*n+plan.Day-1-sinceMonday)
	isoYear, week := date.ISOWeek()
	return date.Unix(), fmt.Sprintf("%04d-W%02d", isoYear, week)
}

// clock reads "09:00", which validation has seen.
func clock(at string) (hour, minute int) {
	hour, errHour := strconv.Atoi(at[:2])
	minute, errMinute := strconv.Atoi(at[3:])
	if errHour != nil || errMinute != nil {
		panic("a plan that Read has not made: " + at)
	}
	return hour, minute
}
