package rules

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCouponsAreDue(t *testing.T) {
	shanghai, berlin, stJohns := inZone(t, "Asia/Shanghai", 1), inZone(t, "Europe/Berlin", 1), inZone(t, "America/St_Johns", 1)
	monthly := CouponPlan{Every: EveryMonth, Day: 31, At: "09:00"}
	sundays := CouponPlan{Every: EveryWeek, Day: 7, At: "02:30"}
	daily := CouponPlan{Every: EveryDay, At: "00:00"}
	nightly := CouponPlan{Every: EveryDay, At: "23:30"}
	for _, c := range []struct {
		rules              *Rules
		plan               CouponPlan
		after, due, period string
	}{
		{shanghai, monthly, "2026-11-21T00:00:00+08:00", "2026-11-30T09:00:00+08:00", "2026-11"},
		{shanghai, monthly, "2026-11-30T08:59:59+08:00", "2026-11-30T09:00:00+08:00", "2026-11"},
		{shanghai, monthly, "2026-11-30T09:00:00+08:00", "2026-12-31T09:00:00+08:00", "2026-12"},
		{shanghai, monthly, "2026-02-01T00:00:00+08:00", "2026-02-28T09:00:00+08:00", "2026-02"},
		{shanghai, sundays, "2026-12-28T00:00:00+08:00", "2027-01-03T02:30:00+08:00", "2026-W53"},
		{berlin, sundays, "2026-03-23T00:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-W13"},    // there is no 02:30
		{berlin, sundays, "2026-10-25T02:29:00+02:00", "2026-10-25T02:30:00+01:00", "2026-W43"},    // there are two
		{stJohns, nightly, "2009-11-01T00:00:30-02:30", "2009-10-31T23:30:00-03:30", "2009-10-31"}, // put back from 00:01 to 23:01
		{berlin, daily, "2026-11-21T00:00:00+01:00", "2026-11-22T00:00:00+01:00", "2026-11-22"},
	} {
		due, period := c.rules.CouponDue(&c.plan, moment(t, c.after))
		if due != moment(t, c.due) || period != c.period {
			t.Errorf("%+v after %s: %s for %s, want %s for %s", c.plan, c.after, time.UnixMilli(due).UTC(), period, c.due, c.period)
		}
	}
}

func moment(t *testing.T, text string) int64 {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

// A chain of coupons has every period once, in order, each at the first minute for good at which clocks show
// its time or a later one; from wherever it is taken up again it goes on the same.
func TestNoChainOfCouponsDriftsOrDies(t *testing.T) {
	var all []*Rules
	for _, zone := range []string{"Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Damascus", "Africa/Casablanca", "America/Havana"} {
		all = append(all, inZone(t, zone, 1))
	}
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(all).Draw(t, "rules")
		plan := CouponPlan{
			Every: rapid.SampledFrom([]string{EveryMonth, EveryWeek, EveryDay}).Draw(t, "every"),
			Day:   rapid.IntRange(1, 7).Draw(t, "day"),
			At:    rapid.SampledFrom([]string{"00:00", "00:30", "02:30", "09:00", "23:59"}).Draw(t, "at"),
		}
		if plan.Every == EveryMonth {
			plan.Day = rapid.SampledFrom([]int{1, 15, 29, 30, 31}).Draw(t, "day of the month")
		}
		begin := rapid.Int64Range(946_684_800, 1_900_000_000).Draw(t, "begin") * 1000
		last, period := r.CouponDue(&plan, begin)
		for range 40 {
			due, next := r.CouponDue(&plan, last)
			if next != follow(t, plan.Every, period) || due <= last {
				t.Fatalf("%+v in %s: %s at %d follows %s at %d", plan, r.TimeZone, next, due, period, last)
			}
			want := plan.day(t, next)
			if before, now := wallOf(r, due-1000), wallOf(r, due); before >= want || now < want {
				t.Fatalf("%+v in %s: %s is due at %s", plan, r.TimeZone, next, time.UnixMilli(due).In(r.location))
			}
			between := rapid.Int64Range(last, due-1).Draw(t, "taken up")
			if again, same := r.CouponDue(&plan, between); again != due || same != next {
				t.Fatalf("%+v in %s: taken up at %d it is %s at %d, not %s at %d", plan, r.TimeZone, between, same, again, next, due)
			}
			last, period = due, next
		}
	})
}

// wallOf is what clocks show, as text that sorts.
func wallOf(r *Rules, ms int64) string {
	return time.UnixMilli(ms).In(r.location).Format("2006-01-02 15:04")
}

// follow is the period behind another.
func follow(t *rapid.T, every, period string) string {
	switch every {
	case EveryMonth:
		return dayOf(t, "2006-01", period).AddDate(0, 1, 0).Format("2006-01")
	case EveryDay:
		return dayOf(t, time.DateOnly, period).AddDate(0, 0, 1).Format(time.DateOnly)
	}
	year, week := mondayOf(t, period).AddDate(0, 0, 7).ISOWeek()
	return weekName(year, week)
}

// day is the wall time of a plan in a period.
func (c *CouponPlan) day(t *rapid.T, period string) string {
	switch c.Every {
	case EveryMonth:
		first := dayOf(t, "2006-01", period)
		return first.AddDate(0, 0, min(c.Day, first.AddDate(0, 1, -1).Day())-1).Format(time.DateOnly) + " " + c.At
	case EveryDay:
		return period + " " + c.At
	}
	return mondayOf(t, period).AddDate(0, 0, c.Day-1).Format(time.DateOnly) + " " + c.At
}

func dayOf(t *rapid.T, layout, text string) time.Time {
	day, err := time.Parse(layout, text)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

// mondayOf looks through the days of a year for the Monday of an ISO week.
func mondayOf(t *rapid.T, period string) time.Time {
	day := dayOf(t, "2006", period[:4]).AddDate(0, 0, -7)
	for range 380 {
		if year, week := day.ISOWeek(); weekName(year, week) == period && day.Weekday() == time.Monday {
			return day
		}
		day = day.AddDate(0, 0, 1)
	}
	t.Fatalf("there is no week %s", period)
	return day
}

func weekName(year, week int) string {
	return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006") + "-W" + string(rune('0'+week/10)) + string(rune('0'+week%10))
}
