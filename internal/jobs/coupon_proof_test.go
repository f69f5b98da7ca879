package jobs

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"sluice/internal/stacktest"
	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// On SQLite and on Redis: of many plans for a few members, and of a few plans for many members, each coupon of three months is
// given once and none is missing, while runners are killed, or overlap with those that took over from them.
func TestCouponsOfManyPlans(t *testing.T) {
	n := stacktest.Size(t, "SLUICE_TEST_COUPONS", 120)
	for name, size := range map[string]struct{ plans, members int }{
		"plans": {n, 4}, "members": {12, n / 6},
	} {
		t.Run(name, func(t *testing.T) {
			everyPlace(t, func(t *testing.T, open func(*rules.Rules) place) { newOffers(t, open, size.plans, size.members).play() })
		})
	}
}

// offer is a plan as the test means it.
type offer struct {
	id, every, receiver string // receiver is a level, or a product
	day                 int
	at                  time.Duration // since midnight
}

// offers is a town with plans of all kinds, and members of all kinds.
type offers struct {
	*town
	plans   []offer
	members int
	begins  time.Time
	kills   int
	random  *rand.Rand
}

// The members' kinds, by their number: what each has, and who receives what.
const (
	hasSilver = iota // by orders of each month
	hasGold          // likewise
	hasBought        // gold, all the time
	hasNothing
	kinds
)

// offersBegin: nobody is entitled to anything before.
const offersBegin = "2000-02-01 00:00:00"

// allTheTime is for how long the product holds.
const allTheTime = 200 * 24 * time.Hour

func newOffers(t *testing.T, open func(*rules.Rules) place, plans, members int) *offers {
	s := &offers{members: members, random: rand.New(rand.NewPCG(uint64(plans), uint64(members)))}
	for i := range plans {
		o := offer{
			id: fmt.Sprintf("p%05d", i), every: rules.EveryMonth, day: 1 + i%31, receiver: []string{"silver", "gold", "gold-long"}[i%3],
			at: time.Hour + time.Duration(i*7%(22*60))*time.Minute, // not about midnight, where the story begins and ends
		}
		switch i % 10 {
		case 7, 8:
			o.every, o.day = rules.EveryWeek, 1+i%7
		case 9:
			o.every, o.day = rules.EveryDay, 0
		}
		s.plans = append(s.plans, o)
	}
	s.town = settle(t, open, s.rules(t), offersBegin, Config{
		CouponEvery: time.Hour, TickEvery: 2 * time.Hour, TurnEvery: 12 * time.Hour, SweepEvery: 24 * time.Hour, TickTimeout: time.Minute,
	})
	s.begins = time.Now().In(time.FixedZone("", 8*3600))
	return s
}

func (s *offers) rules(t *testing.T) *rules.Rules {
	t.Helper()
	var text strings.Builder
	text.WriteString(`version: t1
timeZone: Asia/Shanghai
keepMonths: 1
levels: [{name: bronze, orders: 0}, {name: silver, orders: 1}, {name: gold, orders: 2}]
products: [{sku: gold-long, level: gold, days: 200}]
coupons:
`)
	for _, o := range s.plans {
		to := "level"
		if o.receiver == "gold-long" {
			to = "sku"
		}
		fmt.Fprintf(&text, "- {id: %s, %s: %s, every: %s, day: %d, at: \"%02d:%02d\"}\n", o.id, to, o.receiver, o.every, o.day, int(o.at.Hours()), int(o.at.Minutes())%60)
	}
	inForce, err := rules.Read([]byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return inForce
}

// orders gives the members what they need of a month.
func (s *offers) orders() {
	var events []pipelines.Write
	for i := range s.members {
		n := map[int]int{hasSilver: 1, hasGold: 2}[i%kinds]
		for range n {
			events = append(events, s.ordered(schemas.LevelComplete, memberID(i), 0, time.Now()))
		}
	}
	s.write(events)
}

func memberID(i int) string { return fmt.Sprintf("M%06d", i) }

// mischief kills whoever works, before a call or behind it, now and then.
func (s *offers) mischief() {
	fate := rand.New(rand.NewPCG(6, uint64(len(s.plans))))
	s.meet(func(ctx context.Context, _ string) error {
		s.company.mu.Lock()
		defer s.company.mu.Unlock()
		if fate.IntN(150) == 0 {
			s.kills++
			for _, end := range s.ends {
				end()
			}
		}
		if ctx.Err() != nil {
			return errAway
		}
		return nil
	})
}

func (s *offers) play() {
	var bought []pipelines.Write
	for i := hasBought; i < s.members; i += kinds {
		bought = append(bought, s.bought(memberID(i), "gold-long", s.begins, s.begins.Add(allTheTime)))
	}
	s.write(bought)
	s.orders()
	s.hire()
	after(48 * time.Hour) // in which a sweep has found everybody
	s.mischief()
	var learns []func()
	ends := s.begins.AddDate(0, 0, 92)
	for month := s.begins.Month(); time.Now().Before(ends); {
		if now := time.Now().In(s.begins.Location()); now.Month() != month && now.Day() > 10 {
			month = now.Month()
			s.orders()
			s.publish()
		}
		if s.random.IntN(4) == 0 {
			learns = append(learns, s.topic.expire())
		}
		s.hire()
		after(time.Duration(1+s.random.IntN(20)) * time.Hour)
	}
	for _, learn := range learns {
		learn()
	}
	s.meet(func(context.Context, string) error { return nil })
	s.hire()
	over := s.begins.AddDate(0, 0, 94)
	after(time.Until(over.Add(30 * time.Minute)))
	s.close()
	s.publish()
	s.compare(over)
	if err := s.real.Close(); err != nil {
		s.t.Error(err)
	}
}

// compare holds what was given against what the calendar says, by itself and not by the code that is tested.
func (s *offers) compare(over time.Time) {
	left := map[string]bool{}
	for day := s.begins; day.Before(over); day = day.AddDate(0, 0, 1) {
		for i := range s.plans {
			period := s.plans[i].period(day)
			for m := 0; period != "" && m < s.members; m++ {
				if s.plans[i].receives(m % kinds) {
					left[schemas.CouponID(s.plans[i].id, period, memberID(m))] = true
				}
			}
		}
	}
	want := len(left)
	for _, g := range s.given {
		if !left[g.CouponID] || g.CouponID != schemas.CouponID(g.Plan, g.Period, g.MemberID) {
			s.t.Fatalf("%+v is given twice, or was not due", g)
		}
		delete(left, g.CouponID)
	}
	for id := range left {
		s.t.Fatalf("%s is missing, and %d others of %d", id, len(left)-1, want)
	}
	s.t.Logf("%d plans, %d members, %d coupons of three months, each once; %d kills, %d calls fenced", len(s.plans), s.members, want, s.kills, s.real.refused.Load())
	if s.kills < 10 {
		s.t.Errorf("%d kills: too few to tell", s.kills)
	}
}

// period is which coupon is due on a day, "" when none is.
func (o *offer) period(day time.Time) string {
	switch o.every {
	case rules.EveryMonth:
		if last := day.AddDate(0, 1, -day.Day()).Day(); day.Day() == min(o.day, last) {
			return day.Format("2006-01")
		}
	case rules.EveryWeek:
		if weekday := (int(day.Weekday()) + 6) % 7; weekday == o.day-1 {
			year, week := day.ISOWeek()
			return fmt.Sprintf("%04d-W%02d", year, week)
		}
	default:
		return day.Format(time.DateOnly)
	}
	return ""
}

func (o *offer) receives(kind int) bool {
	switch o.receiver {
	case "silver":
		return kind != hasNothing
	case "gold":
		return kind == hasGold || kind == hasBought
	}
	return kind == hasBought
}
