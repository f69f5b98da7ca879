package jobs

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"sluice/schemas"
)

// Runners come, are killed, overlap because one does not know that it has lost the ticks, and calls fail before or behind
// their effect: each member's fall is announced once, each coupon is given once, and none is missing.
func TestAnyMischiefAmongRunnersChangesNothing(t *testing.T) {
	inForce := readRules(t, monthly+","+weekly)
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		faults := rapid.IntRange(0, 30).Draw(rt, "faults")
		strikes := rapid.IntRange(0, 25).Draw(rt, "strikes")
		heard := &complaints{}
		synctest.Test(t, func(t *testing.T) {
			heard.TB = t
			c := found(heard, inForce, "2026-11-29 22:00:00", Config{
				Page: 6, Buckets: 3, CouponEvery: 4 * time.Minute, TickEvery: 10 * time.Minute, TurnEvery: 3 * time.Minute, SweepEvery: 40 * time.Minute, TickTimeout: time.Minute,
			})
			defer c.close()
			c.play(seed, faults, strikes)
		})
		for _, complaint := range heard.all { // outside of the bubble, or it could not be made smaller
			rt.Error(complaint)
		}
	})
}

// complaints keeps them for later.
type complaints struct {
	testing.TB
	all []string
}

func (c *complaints) Errorf(format string, args ...any) {
	c.all = append(c.all, fmt.Sprintf(format, args...))
}

func (c *company) play(seed uint64, faults, strikes int) {
	chance, fate := rand.New(rand.NewPCG(seed, 2)), rand.New(rand.NewPCG(seed, 3))
	gold, silver := map[string][]string{}, 0
	for i := range 60 {
		id := fmt.Sprintf("M%04d", i)
		if i%3 == 0 {
			c.store.join(id, c.ms(), map[schemas.Month]int{202610: 25, 202611: 25})
			gold["m"], gold["w"] = append(gold["m"], id), append(gold["w"], id)
			continue
		}
		silver++
		c.store.join(id, c.ms(), map[schemas.Month]int{202610: 7}) // until December begins
		gold["w"] = append(gold["w"], id)                          // on Monday, November 30
	}
	c.store.trouble = func(context.Context, string) error {
		c.mu.Lock()
		roll, slow := fate.IntN(100) < faults, fate.IntN(20) == 0
		c.mu.Unlock()
		if slow {
			time.Sleep(time.Duration(seed%40) * time.Second)
		}
		if roll {
			return errAway
		}
		return nil
	}
	begins := c.now()
	var learns []func()
	c.hire()
	for range strikes {
		after(time.Duration(1+chance.IntN(100)) * time.Minute)
		switch chance.IntN(4) {
		case 0:
			c.mu.Lock()
			c.ends[chance.IntN(len(c.ends))]()
			c.mu.Unlock()
		case 1:
			learns = append(learns, c.topic.expire())
		}
		c.hire()
	}
	for _, learn := range learns {
		learn()
	}
	c.store.mu.Lock()
	c.store.trouble = func(context.Context, string) error { return nil }
	c.store.mu.Unlock()
	c.hire()
	ends := begins.Add(3 * 24 * time.Hour)
	after(ends.Sub(c.now()))
	c.once(silver)
	same(c.t, c.tickets(), want(begins, ends, gold))
}
