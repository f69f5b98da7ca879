package rules

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"sluice/schemas"
)

// zones are places whose clocks do odd things, some of them across the turn of a month.
func zones() []string {
	return []string{
		"UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", // half an hour of summer time
		"Asia/Damascus",      // 1 April 2000 began at 01:00, and 1 October at the second midnight
		"America/St_Johns",   // put back at 00:01 on 1 November 2009
		"America/Havana",     // put back from 01:00 to 00:00 on 1 November 2020
		"America/Sao_Paulo",  // summer time began at midnight
		"Pacific/Apia",       // no 30 December 2011
		"Asia/Kathmandu",     // +05:45
		"Africa/Casablanca",  // four changes a year
		"Pacific/Kiritimati", // +14
		"Etc/GMT+12",
	}
}

func TestTheBeginningsOfMonths(t *testing.T) {
	for _, c := range []struct {
		zone  string
		month Month
		want  string
	}{
		{"Asia/Shanghai", 202611, "2026-10-31T16:00:00Z"},
		{"UTC", 202611, "2026-11-01T00:00:00Z"},
		{"America/New_York", 202603, "2026-03-01T05:00:00Z"},
		{"America/New_York", 202604, "2026-04-01T04:00:00Z"},
		{"Asia/Damascus", 200004, "2000-03-31T22:00:00Z"},    // clocks jump from 24:00 to 01:00 then
		{"Asia/Damascus", 200010, "2000-09-30T22:00:00Z"},    // an hour after they first showed 24:00
		{"America/St_Johns", 200911, "2009-11-01T03:30:00Z"}, // 61 minutes after they first showed 00:00 until 00:01
		{"America/Havana", 202011, "2020-11-01T04:00:00Z"},   // the first of two midnights: what follows both is November
		{"Pacific/Kiritimati", 210001, "2099-12-31T10:00:00Z"},
		{"UTC", 199911, "1999-11-01T00:00:00Z"}, // not remembered
		{"UTC", 230001, "2300-01-01T00:00:00Z"},
	} {
		if got := time.UnixMilli(inZone(t, c.zone, 1).Start(c.month)).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s begins in %s at %s, want %s", c.month, c.zone, got, c.want)
		}
	}
}

// The naive model: look at the clock on the wall every minute around the turn of each month of a century. A
// month has begun once the clock shows it for good.
func TestMonthsBeginWhenClocksShowThemForGood(t *testing.T) {
	for _, zone := range zones() {
		r := inZone(t, zone, 1)
		for m := Month(200001); m <= 209912; m = m.Add(1) {
			start := r.Start(m)
			if r.Month(start) != m || r.Month(start-1) != m.Add(-1) {
				t.Fatalf("%s: %s does not begin where it begins", zone, m)
			}
			if shown := shows(r, start-1); shown >= m {
				t.Fatalf("%s: a ms before %s began the clock shows %s", zone, m, shown)
			}
			for after := range int64(180) {
				if shown := shows(r, start+after*60_000); shown != m {
					t.Fatalf("%s: %d minutes after %s began the clock shows %s", zone, after, m, shown)
				}
			}
		}
	}
}

// shows is the month that a clock on the wall shows.
func shows(r *Rules, ms int64) Month {
	year, month, _ := time.UnixMilli(ms).In(r.location).Date()
	return schemas.MonthOf(year, int(month))
}

// Every moment is in one month, on one of its days, and its second leads back to it.
func TestEveryMomentHasItsPlace(t *testing.T) {
	var all []*Rules
	for _, zone := range zones() {
		all = append(all, inZone(t, zone, 1))
	}
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(all).Draw(t, "zone")
		at := rapid.Int64Range(schemas.MinTS, schemas.MaxTS-1).Draw(t, "at")
		if rapid.Bool().Draw(t, "near a turn") {
			at = r.Start(r.Month(at)) + rapid.Int64Range(-7_200_000, 7_200_000).Draw(t, "from it")
			at = max(schemas.MinTS, min(schemas.MaxTS-1, at))
		}
		m, second := r.Second(at)
		if m != r.Month(at) || at < r.Start(m) || at >= r.End(m) || r.End(m) != r.Start(m.Add(1)) {
			t.Fatalf("%s: %d is in %s", r.TimeZone, at, m)
		}
		if again := r.Start(m) + int64(second)*1000; again > at || at-again >= 1000 {
			t.Fatalf("%s: %d is second %d of %s", r.TimeZone, at, second, m)
		}
		d := r.Day(at)
		if d.Month != m || d.Day < 1 || d.Day > r.Days(m) || r.DayOf(m, second) != d.Day {
			t.Fatalf("%s: %d is on %s, by its second on the %d.", r.TimeZone, at, d, r.DayOf(m, second))
		}
		if shown := time.UnixMilli(at).In(r.location).Format(time.DateOnly); shows(r, at) == m && shown != d.String() {
			t.Fatalf("%s: %d is on %s, clocks show %s", r.TimeZone, at, d, shown)
		}
	})
}

func TestDays(t *testing.T) {
	r := inZone(t, "America/St_Johns", 1)
	for ms, want := range map[int64]string{
		1257042540_000: "2009-10-31", // 23:59 for the first time
		1257042600_000: "2009-10-31", // 00:00 of November for the first time, for a minute
		1257042660_000: "2009-10-31", // 23:01 for the second
		1257046200_000: "2009-11-01", // 00:00 for good
	} {
		if got := r.Day(ms).String(); got != want {
			t.Errorf("%d is on %s, want %s", ms, got, want)
		}
	}
	for m, want := range map[Month]int{202602: 28, 202802: 29, 202612: 31, 210002: 28} {
		if got := r.Days(m); got != want {
			t.Errorf("%s has %d days", m, got)
		}
	}
	if got := r.DayOf(202602, 1<<30); got != 28 {
		t.Errorf("long after February it is its day %d", got)
	}
	for _, ms := range []int64{-1 << 50, 1 << 50} { // no record has such a time; it is no reason to fall over
		if m := r.Month(ms); !m.Valid() {
			t.Errorf("%d is in %d", ms, m)
		}
	}
}

func BenchmarkSecond(b *testing.B) {
	r := Default()
	at := int64(schemas.MinTS)
	for b.Loop() {
		r.Second(at)
		if at += 3_600_000_000; at >= schemas.MaxTS {
			at = schemas.MinTS
		}
	}
}
