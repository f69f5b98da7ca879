package jobs

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/schemas"
	"sluice/schemas/rules"
)

func TestFallsAtTheTurnOfAMonthAreAnnouncedOnceBehindTheGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, ""), eve, Config{Page: 16, CouponEvery: time.Minute, TickEvery: time.Minute, SweepEvery: 8 * time.Hour})
		defer c.close()
		c.golds(400, 202610)
		c.hire()
		c.hire()
		after(6*time.Minute + 59*time.Second)
		c.once(0)
		after(3 * time.Second)
		c.once(400)
		after(24 * time.Hour)
		c.once(400)
		if n := c.heard.count(JobTurn); n != 400 {
			t.Errorf("%d counted", n)
		}
	})
}

func TestAMembershipThatEndsIsAnnouncedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, ""), "2026-11-10 12:00:00", Config{})
		defer c.close()
		until := c.ms() + time.Hour.Milliseconds()
		c.store.join("paid", c.ms(), nil, schemas.Membership{SKU: "gold-month", Rank: 2, From: c.ms(), Until: until})
		c.hire()
		after(time.Hour - time.Millisecond)
		c.once(0)
		after(2 * time.Second)
		c.once(1)
	})
}

func TestAMonthThatWasMissedIsCaughtUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, ""), eve, Config{})
		defer c.close()
		c.golds(100, 202610)
		after(3 * time.Hour) // nobody is there
		c.hire()
		after(10 * time.Second)
		c.once(100)
	})
}

// Whoever is killed, before a change or behind it with the answer lost, another goes on with what is left.
func TestARunnerKilledAtEachStepIsTakenOver(t *testing.T) {
	for kill := 1; kill <= 60; kill += 3 {
		t.Run(strconv.Itoa(kill), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := found(t, readRules(t, ""), eve, Config{Page: 10, Buckets: 2, CouponEvery: time.Minute, SweepEvery: 8 * time.Hour})
				defer c.close()
				c.golds(300, 202610)
				steps := 0
				c.store.trouble = func(_ context.Context, step string) error {
					c.mu.Lock()
					defer c.mu.Unlock()
					if strings.HasSuffix(step, "turn") {
						steps++
					}
					if steps == kill {
						steps++
						c.ends[0]()
						return errAway
					}
					return nil
				}
				c.hire()
				after(time.Second)
				c.hire()
				after(10 * time.Minute)
				c.once(300)
				c.mu.Lock()
				defer c.mu.Unlock()
				if steps <= kill {
					t.Errorf("%d steps: nobody was killed", steps)
				}
			})
		})
	}
}

func TestAFrozenRunnerThatComesBackIsFenced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, ""), eve, Config{Page: 10, Buckets: 2})
		defer c.close()
		c.golds(300, 202610)
		thaw, steps := make(chan struct{}), 0
		c.store.trouble = func(_ context.Context, step string) error {
			c.mu.Lock()
			if step == "before turn" {
				steps++
			}
			frozen := steps == 5 || steps == 6 // both of its workers, amid the turn
			c.mu.Unlock()
			if frozen && step == "before turn" {
				<-thaw
			}
			return nil
		}
		c.hire()
		after(8 * time.Minute)
		if n := len(c.announced()); n == 0 || n == 300 {
			t.Fatalf("%d falls before the freeze: this test would pass for nothing", n)
		}
		c.topic.mu.Lock()
		c.topic.thaw = thaw
		c.topic.mu.Unlock()
		learns := c.topic.expire()
		c.hire()
		after(time.Minute)
		c.once(300)
		before := c.topic.ticksOfFirst()
		close(thaw)
		after(30 * time.Second)
		c.once(300)
		c.store.mu.Lock()
		refused := c.store.refused
		c.store.mu.Unlock()
		if refused == 0 {
			t.Error("it was not fenced")
		}
		if n := c.topic.ticksOfFirst() - before; n > 1 {
			t.Errorf("it ticked %d times more: only who can commit a tick may go on", n)
		}
		learns()
	})
}

func TestTheRunnerGoesOnWhileTicksCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, ""), eve, Config{})
		defer c.close()
		c.golds(50, 202610)
		c.topic.down = true // nobody is there yet
		c.hire()
		after(time.Minute)
		if c.heard.count(JobTick) != 0 || c.heard.first() == nil {
			t.Error("a tick was written")
		}
		c.topic.mu.Lock()
		c.topic.down = false
		c.topic.mu.Unlock()
		after(time.Minute)
		c.topic.mu.Lock()
		c.topic.down = true
		c.topic.mu.Unlock()
		after(10 * time.Minute)
		c.once(50)
	})
}

func TestABucketThatFailsHoldsBackNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, ""), eve, Config{Page: 100})
		defer c.close()
		c.golds(80, 202610)
		broken := 0
		c.store.trouble = func(_ context.Context, step string) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			if step == "before turn" {
				broken++
				if broken%2 == 1 {
					return errAway
				}
			}
			return nil
		}
		c.hire()
		after(10 * time.Minute)
		c.once(80)
		if !errors.Is(c.heard.first(), errAway) {
			t.Error("nothing was reported")
		}
	})
}

func TestWhatRunsBesideEndsWithTheTerm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := found(t, readRules(t, ""), eve, Config{})
		began, ended := 0, 0
		var mu sync.Mutex
		r, err := New(Config{}, Deps{
			Ticks: c.topic, Levels: c.store, Coupons: c.store, Members: c.store, Observer: c.heard,
			Rules: func() *rules.Rules { return c.store.rules },
			Beside: func(ctx context.Context) error {
				mu.Lock()
				began++
				mu.Unlock()
				<-ctx.Done()
				mu.Lock()
				ended++
				mu.Unlock()
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		c.running.Go(func() {
			if err := r.Run(ctx, c.topic); err != nil {
				t.Error(err)
			}
		})
		after(time.Minute)
		learns := c.topic.expire()
		learns()
		after(time.Second)
		mu.Lock()
		defer mu.Unlock()
		if began != 1 || ended != 1 {
			t.Errorf("began %d times, ended %d times", began, ended)
		}
		end()
		c.running.Wait()
	})
}

func TestNewComplainsOfEverything(t *testing.T) {
	_, err := New(Config{Page: -1, Jitter: 13 * time.Hour, RetryBase: time.Minute}, Deps{})
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{"page", "jitter", "retryMax", "ticks, levels"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not tell of %s", err, want)
		}
	}
}
