package rules

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"sluice/schemas"
)

// history is what is known of a member: when it completed orders, and what it bought.
type history struct {
	completed   []int64
	memberships []Membership
}

func (h *history) counts(r *Rules) func(Month) int {
	return func(m Month) int {
		n := 0
		for _, at := range h.completed {
			if at >= r.Start(m) && at < r.End(m) {
				n++
			}
		}
		return n
	}
}

// poll is the naive model: the rank at a moment, of what had begun at another one, by the clock on the wall
// and thresholds of its own.
func (h *history) poll(r *Rules, known, at int64) int {
	wall := func(ms int64) int {
		t := time.UnixMilli(ms).In(r.location)
		return t.Year()*12 + int(t.Month())
	}
	rank := 0
	perMonth := map[int]int{}
	for _, done := range h.completed {
		perMonth[wall(done)]++
	}
	for month, orders := range perMonth {
		if month > wall(known) || month > wall(at) || month+r.KeepMonths < wall(at) {
			continue
		}
		switch {
		case orders >= 60:
			rank = max(rank, 3)
		case orders >= 20:
			rank = max(rank, 2)
		case orders >= 5:
			rank = max(rank, 1)
		}
	}
	for _, m := range h.memberships {
		if m.From <= known && m.From <= at && at < m.Until {
			rank = max(rank, m.Rank)
		}
	}
	return rank
}

const (
	hour = 3_600_000
	// polls begin at the start of 2026 or 2027 and go on for longer than anything holds.
	from2026 = 1_767_225_600_000
	polled   = 130 * 24 // hours
)

func drawHistory(t *rapid.T) history {
	var h history
	for range rapid.IntRange(0, 4).Draw(t, "bursts") {
		begin := from2026 + rapid.Int64Range(0, 150*24).Draw(t, "burst")*hour + rapid.Int64Range(0, hour).Draw(t, "ms")
		for i := range rapid.SampledFrom([]int64{1, 4, 5, 20, 61}).Draw(t, "orders") {
			h.completed = append(h.completed, begin+i*rapid.SampledFrom([]int64{1, 60_000, hour}).Draw(t, "apart"))
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "purchases") {
		begin := from2026 + rapid.Int64Range(0, 150*24*hour).Draw(t, "bought")
		days := rapid.SampledFrom([]int64{1, 7, 31}).Draw(t, "days")
		h.memberships = append(h.memberships, Membership{Rank: rapid.IntRange(0, 3).Draw(t, "rank"), From: begin, Until: begin + days*dayMS})
	}
	return h
}

// The level is what a look at the clock says, and it falls exactly when a look every hour of more than
// three months first sees less.
func TestEffectiveIsWhatPollingSees(t *testing.T) {
	var all []*Rules
	for _, zone := range []string{"Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Kiritimati"} {
		for keep := range 3 {
			all = append(all, inZone(t, zone, keep))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		r, h := rapid.SampledFrom(all).Draw(t, "rules"), drawHistory(t)
		at := from2026 + rapid.Int64Range(0, 180*24*hour).Draw(t, "at")
		if rapid.Bool().Draw(t, "at a turn") {
			at = r.Start(r.Month(at)) + rapid.Int64Range(-1, 1).Draw(t, "ms from it")
		}
		s := r.Effective(h.counts(r), h.memberships, at)
		if want := h.poll(r, at, at); s.Rank != want {
			t.Fatalf("%+v, want rank %d", s, want)
		}
		if (s.Rank == 0) != (s.ValidUntil == 0) || (s.Rank == 0) != (s.Source == "") || s.Orders != h.counts(r)(s.Period) {
			t.Fatalf("%+v", s)
		}
		for n := range int64(polled) {
			before, now := at+n*hour, at+(n+1)*hour
			if s.Rank > 0 && h.poll(r, at, now) < s.Rank {
				if s.ValidUntil <= before || s.ValidUntil > now {
					t.Fatalf("%+v: it fell between %d and %d", s, before, now)
				}
				if h.poll(r, at, s.ValidUntil) >= s.Rank || h.poll(r, at, s.ValidUntil-1) < s.Rank {
					t.Fatalf("%+v: it did not fall in that very ms", s)
				}
				return
			}
		}
		if s.Rank > 0 {
			t.Fatalf("%+v: it never fell", s)
		}
	})
}

func TestWhereALevelComesFrom(t *testing.T) {
	r := inZone(t, "Asia/Shanghai", 1)
	at := r.Start(202611) + 20*dayMS
	counts := func(perMonth map[Month]int) func(Month) int { return func(m Month) int { return perMonth[m] } }
	bought := func(rank int, from, until int64) Membership {
		return Membership{Rank: rank, From: at + from, Until: at + until}
	}
	for name, c := range map[string]struct {
		orders map[Month]int
		bought []Membership
		want   Standing
	}{
		"nothing":            {nil, nil, Standing{Period: 202611}},
		"too few":            {map[Month]int{202611: 4, 202609: 99}, nil, Standing{Period: 202611, Orders: 4}},
		"this month":         {map[Month]int{202611: 20}, nil, Standing{2, SourceOrders, r.Start(202701), 202611, 20}},
		"last month":         {map[Month]int{202611: 4, 202610: 5}, nil, Standing{1, SourceOrders, r.Start(202612), 202610, 5}},
		"both months":        {map[Month]int{202611: 21, 202610: 22}, nil, Standing{2, SourceOrders, r.Start(202701), 202611, 21}},
		"next month":         {map[Month]int{202612: 99}, nil, Standing{Period: 202611}},
		"bought":             {map[Month]int{202611: 5}, []Membership{bought(2, 0, 9)}, Standing{2, SourceMembership, at + 9, 202611, 5}},
		"bought for longer":  {nil, []Membership{bought(2, -9, 9), bought(2, -1, 30)}, Standing{2, SourceMembership, at + 30, 202611, 0}},
		"bought less":        {map[Month]int{202611: 20}, []Membership{bought(1, -1, 1<<40)}, Standing{2, SourceOrders, r.Start(202701), 202611, 20}},
		"bought the same":    {map[Month]int{202611: 20}, []Membership{bought(2, -1, 1<<40)}, Standing{2, SourceOrders, at + 1<<40, 202611, 20}},
		"not begun, or over": {nil, []Membership{bought(2, 1, 30), bought(3, -9, 0)}, Standing{Period: 202611}},
		"of older rules":     {nil, []Membership{bought(9, 0, 9)}, Standing{3, SourceMembership, at + 9, 202611, 0}},
	} {
		if got := r.Effective(counts(c.orders), c.bought, at); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestEffectiveAllocatesNothing(t *testing.T) {
	r := Default()
	at := int64(schemas.MinTS + 1e12)
	counts, memberships := func(Month) int { return 20 }, []Membership{{Rank: 3, From: at, Until: at + 1}}
	if n := testing.AllocsPerRun(100, func() { r.Effective(counts, memberships, at) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
