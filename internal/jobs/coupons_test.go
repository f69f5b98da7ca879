package jobs

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sluice/schemas"
	"sluice/schemas/rules"
)

const (
	monthly = `{id: m, level: gold, every: month, day: 31, at: "09:00"}`
	weekly  = `{id: w, level: silver, every: week, day: 1, at: "09:00"}`
	daily   = `{id: d, sku: gold-month, every: day, at: "00:30"}`
)

// tickets are the grants as texts, without what they say of when.
func (c *company) tickets() []string {
	var all []string
	for _, g := range c.given() {
		if g.CouponID != schemas.CouponID(g.Plan, g.Period, g.MemberID) {
			c.t.Errorf("%+v: not the id of its plan, period and member", g)
		}
		all = append(all, g.Plan+" "+g.Period+" "+g.MemberID)
	}
	slices.Sort(all)
	return all
}

func (c *company) given() []schemas.CouponGranted {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	return slices.Clone(c.store.grants)
}

// want is what the calendar says that members get on the days behind one, up to another: by itself, and not by the code
// that is tested.
func want(begins, ends time.Time, members map[string][]string) []string {
	var all []string
	for day := begins.AddDate(0, 0, 1); !day.After(ends); day = day.AddDate(0, 0, 1) {
		for plan, ids := range members {
			period := ""
			switch {
			case plan == "m" && day.AddDate(0, 0, 1).Day() == 1: // the 31st, or the last day
				period = day.Format("2006-01")
			case plan == "w" && day.Weekday() == time.Monday:
				year, week := day.ISOWeek()
				period = fmt.Sprintf("%04d-W%02d", year, week)
			case plan == "d":
				period = day.Format(time.DateOnly)
			}
			for _, id := range ids {
				if period != "" {
					all = append(all, plan+" "+period+" "+id)
				}
			}
		}
	}
	return all
}

func same(t testing.TB, got, want []string) {
	t.Helper()
	for _, one := range want {
		if !slices.Contains(got, one) {
			t.Errorf("%s is missing", one)
			return
		}
	}
	for i, one := range got {
		if i > 0 && one == got[i-1] {
			t.Errorf("%s is given twice", one)
			return
		}
		if !slices.Contains(want, one) {
			t.Errorf("%s is not due", one)
			return
		}
	}
}

// year has orders in all months: gold, for as long as the story goes.
func year(orders int) map[schemas.Month]int {
	months := map[schemas.Month]int{}
	for m := schemas.Month(202609); m <= 202704; m = m.Add(1) {
		months[m] = orders
	}
	return months
}

// Three months with a runner killed, frozen or away again and again: each coupon once, none missing, no chain dead.
func TestThreeMonthsOfCouponsWithKills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, monthly+","+weekly+","+daily), "2026-11-01 12:00:00", Config{
			TickEvery: time.Hour, TurnEvery: time.Hour, CouponEvery: 10 * time.Minute, SweepEvery: 4 * time.Hour, Page: 5, Buckets: 2,
		})
		defer c.close()
		members := map[string][]string{}
		until := c.ms() + (200 * 24 * time.Hour).Milliseconds()
		for i := range 40 {
			id := fmt.Sprintf("M%04d", i)
			switch i % 4 {
			case 0:
				c.store.join(id, c.ms(), year(25))
				members["m"] = append(members["m"], id)
				members["w"] = append(members["w"], id)
			case 1:
				c.store.join(id, c.ms(), year(6))
				members["w"] = append(members["w"], id)
			case 2:
				c.store.join(id, c.ms(), nil, schemas.Membership{SKU: "gold-month", Rank: 2, From: c.ms(), Until: until})
				members["m"], members["w"], members["d"] = append(members["m"], id), append(members["w"], id), append(members["d"], id)
			default:
				c.store.join(id, c.ms(), year(1))
			}
		}
		chance, fate := rand.New(rand.NewPCG(6, 6)), rand.New(rand.NewPCG(6, 7))
		kills := 0
		c.store.trouble = func(context.Context, string) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			if fate.IntN(400) == 0 {
				kills++
				for _, end := range c.ends {
					end()
				}
				return errAway
			}
			return nil
		}
		begins := c.now() // noon: nothing is due
		for c.now().Before(begins.AddDate(0, 0, 92)) {
			c.hire()
			after(time.Duration(1+chance.IntN(20)) * time.Hour)
		}
		c.store.mu.Lock()
		c.store.trouble = func(context.Context, string) error { return nil }
		c.store.mu.Unlock()
		c.hire()
		ends := begins.AddDate(0, 0, 93)
		after(ends.Sub(c.now()))
		got := c.tickets()
		same(t, got, want(begins, ends, members))
		c.mu.Lock()
		defer c.mu.Unlock()
		if kills < 20 || len(got) < 1000 {
			t.Errorf("%d kills, %d coupons: too few to tell", kills, len(got))
		}
	})
}

func TestACouponIsOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, monthly), "2026-11-30 08:59:00", Config{Jitter: 10 * time.Minute, SweepEvery: 10 * time.Second})
		defer c.close()
		for i := range 500 {
			c.store.join(fmt.Sprintf("M%04d", i), c.ms(), year(25))
		}
		c.hire()
		after(15 * time.Minute)
		if n := len(c.tickets()); n != 500 {
			t.Fatalf("%d coupons", n)
		}
		c.heard.mu.Lock()
		late := slices.Sorted(slices.Values(c.heard.late))
		c.heard.mu.Unlock()
		if p99 := late[495]; p99 > 100*time.Millisecond || late[0] < 0 {
			t.Errorf("late by %v (p99), at least %v", p99, late[0])
		}
		given := c.given()
		first, last := given[0].At, given[499].At
		if spread := time.Duration(last-first) * time.Millisecond; spread < 9*time.Minute || spread > 10*time.Minute {
			t.Errorf("all within %v, want them over 10 min", spread)
		}
	})
}

func TestABacklogKeepsToItsQuotaAndBlocksNoOtherPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, `{id: q, level: gold, every: month, day: 30, at: "09:00", quota: 20},`+weekly), "2026-11-30 08:59:00", Config{Jitter: time.Millisecond, Page: 7, SweepEvery: 10 * time.Second})
		defer c.close()
		for i := range 400 {
			c.store.join(fmt.Sprintf("M%04d", i), c.ms(), year(25))
		}
		c.hire()
		after(61 * time.Second)
		quota, free := 0, 0
		for _, g := range c.given() {
			if g.Plan == "q" {
				quota++
			} else {
				free++
			}
		}
		if free != 400 || quota < 20 || quota > 41 {
			t.Errorf("within a second %d of the plan without a quota, %d of that with 20 a second", free, quota)
		}
		after(25 * time.Second)
		if n := len(c.tickets()); n != 800 {
			t.Errorf("%d coupons, want 800", n)
		}
	})
}

func TestTheQuotaGivesBack(t *testing.T) {
	inForce := readRules(t, `{id: q, level: gold, every: day, at: "09:00", quota: 2}`)
	var q quota
	p := &inForce.Coupons[0]
	q.fill(inForce, 1_000_000)
	for i, want := range []bool{true, true, false} {
		if q.take(p) != want {
			t.Errorf("%d: %v", i, !want)
		}
	}
	if got := q.spent(); len(got) != 1 {
		t.Errorf("spent: %v", got)
	}
	q.back(p)
	if !q.take(p) || q.take(p) {
		t.Error("what was given back is not there once")
	}
	q.fill(inForce, 1_000_500)
	if !q.take(p) || q.take(p) {
		t.Error("half a second is one coupon")
	}
	if !q.take(&rules.CouponPlan{ID: "free"}) {
		t.Error("a plan without a quota has one")
	}
}
