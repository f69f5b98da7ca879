package jobs

import (
	"testing"
	"testing/synctest"
	"time"

	"sluice/schemas"
)

func TestPeriodsWithoutEntitlementArePassedOverAndTheChainLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, monthly), "2026-11-01 12:00:00", Config{CouponEvery: time.Hour, TurnEvery: time.Hour, TickEvery: 6 * time.Hour, SweepEvery: 8 * time.Hour})
		defer c.close()
		c.store.join("M", c.ms(), map[schemas.Month]int{202611: 25, 202703: 25}) // gold in November, December, and again in March, April
		c.hire()
		after(150 * 24 * time.Hour) // March 31
		c.store.mu.Lock()
		c.store.level(c.store.people["M"], c.ms()) // as the orders of March would have
		c.store.mu.Unlock()
		after(40 * 24 * time.Hour)
		same(t, c.tickets(), []string{"m 2026-11 M", "m 2026-12 M", "m 2027-03 M", "m 2027-04 M"})
		if len(c.tickets()) != 4 {
			t.Errorf("got %v", c.tickets())
		}
	})
}

func TestALostTimerIsArmedAgainAndMissesNoPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, daily), "2026-11-01 12:00:00", Config{CouponEvery: 20 * time.Minute, TurnEvery: time.Hour, TickEvery: time.Hour, SweepEvery: 2 * time.Hour})
		defer c.close()
		c.store.join("M", c.ms(), nil, schemas.Membership{SKU: "gold-month", Rank: 2, From: c.ms(), Until: c.ms() + (31 * 24 * time.Hour).Milliseconds()})
		c.hire()
		after(48 * time.Hour)
		c.close() // and nobody is there for three days
		c.store.mu.Lock()
		timer := c.store.timers["d M"]
		timer.Due = 0
		c.store.timers["d M"] = timer
		c.store.mu.Unlock()
		after(72 * time.Hour)
		c.hire()
		after(4 * time.Hour)
		same(t, c.tickets(), []string{"d 2026-11-02 M", "d 2026-11-03 M", "d 2026-11-04 M", "d 2026-11-05 M", "d 2026-11-06 M"})
	})
}

func TestAPlanThatChangesGoesOnAndOneThatEndsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, monthly+","+weekly), "2026-11-01 12:00:00", Config{CouponEvery: 20 * time.Minute, TurnEvery: time.Hour, TickEvery: time.Hour, SweepEvery: 2 * time.Hour})
		defer c.close()
		c.store.join("M", c.ms(), year(25))
		c.hire()
		after(2 * 24 * time.Hour) // Tuesday, the 3rd: the Monday's was given
		c.store.mu.Lock()
		c.store.rules = readRules(t, `{id: m, level: gold, every: month, day: 5, at: "09:00"}`)
		c.store.mu.Unlock()
		after(40 * 24 * time.Hour)
		// The timer of November 30 is not the plan's any more: it goes on at the next occurrence behind it.
		same(t, c.tickets(), []string{"w 2026-W45 M", "m 2026-12 M"})
		c.store.mu.Lock()
		defer c.store.mu.Unlock()
		if timer := c.store.timers["w M"]; timer.Due != 0 {
			t.Errorf("a plan that is no more has a timer: %+v", timer)
		}
	})
}

func TestCouponsWaitWhileABucketRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, monthly), "2026-11-30 08:58:00", Config{SweepEvery: 10 * time.Second})
		defer c.close()
		c.store.join("M", c.ms(), year(25))
		c.hire()
		after(time.Minute)
		c.store.mu.Lock()
		c.store.people["M"].state.Recovering = true
		c.store.mu.Unlock()
		after(5 * time.Minute)
		same(t, c.tickets(), nil)
		c.store.mu.Lock()
		c.store.people["M"].state.Recovering = false
		c.store.mu.Unlock()
		after(time.Second)
		same(t, c.tickets(), []string{"m 2026-11 M"})
	})
}
