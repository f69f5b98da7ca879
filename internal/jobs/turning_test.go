package jobs

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"sluice/internal/stacktest"
	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// turnEve is when the stories begin: February of a leap year ends in Shanghai.
const turnEve = "2000-02-29 23:58:00"

// turning is a town at the turn of a month, with members to whom all happens that can, and askers.
type turning struct {
	*town
	*askers
	turn    time.Time // when the month begins
	special map[string]*life
	falling int    // members who have nothing but January's orders
	stop    func() // ends everything
}

// turnRules need few orders.
func turnRules(t testing.TB) *rules.Rules {
	t.Helper()
	inForce, err := rules.Read([]byte(`version: t1
timeZone: Asia/Shanghai
keepMonths: 1
levels: [{name: bronze, orders: 0}, {name: silver, orders: 1}, {name: gold, orders: 2}]
products: [{sku: gold-month, level: gold, days: 31}]
coupons: []
`))
	if err != nil {
		t.Fatal(err)
	}
	return inForce
}

// few is how many members there are of each special kind.
const few = 4

// newTurning begins two minutes before the month does. Page and workers are few, so that a turn is many steps.
func newTurning(t *testing.T, open func(*rules.Rules) place) *turning {
	inForce := turnRules(t)
	w := settle(t, open, inForce, turnEve, Config{Page: 10, Buckets: 2, CouponEvery: time.Hour, SweepEvery: 24 * time.Hour, TickEvery: time.Minute})
	s := &turning{town: w, askers: newAskers(t, w.real, inForce), turn: time.Now().Add(2 * time.Minute), special: map[string]*life{}}
	s.falling = stacktest.Size(t, "SLUICE_TEST_MEMBERS", 600)
	s.people()
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { s.watch(ctx, s.turn) })
	s.stop = func() {
		s.close()
		cancel()
		watching.Wait()
		if err := s.real.Close(); err != nil {
			t.Error(err)
		}
	}
	return s
}

// people makes the members: of each special kind a few, and many who fall.
func (s *turning) people() {
	jan, feb := s.turn.AddDate(0, 0, -45), s.turn.AddDate(0, 0, -10)
	var events []pipelines.Write
	join := func(id string, inJan, inFeb int, after string, says ...string) *life {
		for i := range inJan + inFeb {
			at := jan
			if i >= inJan {
				at = feb
			}
			events = append(events, s.ordered(schemas.LevelComplete, id, 0, at))
		}
		l := &life{id: id, last: s.order, steps: []step{{s.turn.Add(-time.Hour), "gold"}}, says: append([]string{"bronze>silver orders", "silver>gold orders"}, says...)}
		if after != "gold" {
			l.steps = append(l.steps, step{s.turn, after})
		}
		s.lives = append(s.lives, l)
		return l
	}
	for i := range few {
		id := func(kind string) string { return fmt.Sprint(kind, "-", i) }
		join(id("stays"), 0, 2, "gold")
		join(id("steps"), 2, 1, "silver", "gold>silver month")
		s.special[id("grace")] = join(id("grace"), 2, 1, "silver")
		s.special[id("amid")] = join(id("amid"), 2, 1, "silver")
		s.special[id("amid")].turned = []string{"gold>silver month", "silver>gold orders"}
		s.special[id("after")] = join(id("after"), 2, 1, "silver", "gold>silver month", "silver>gold orders")
		s.special[id("refund")] = join(id("refund"), 0, 2, "gold", "gold>silver orders")
		until := s.turn.Add(time.Hour)
		events = append(events, s.bought(id("paid"), "gold-month", until.AddDate(0, 0, -31), until))
		s.lives = append(s.lives, &life{
			id: id("paid"), steps: []step{{s.turn.Add(-time.Hour), "gold"}, {until, "bronze"}}, says: []string{"bronze>gold membership", "gold>bronze membership"},
		})
	}
	for i := range s.falling {
		join(fmt.Sprintf("M%06d", i), 2, 0, "bronze", "gold>bronze month")
	}
	s.write(events)
}

// late completes an order of February for all members of a kind.
func (s *turning) late(kind string) {
	for i := range few {
		l := s.special[fmt.Sprint(kind, "-", i)]
		s.happens(s.town, l, func() pipelines.Write { return s.ordered(schemas.LevelComplete, l.id, 0, s.turn.Add(-time.Minute)) }, "gold")
	}
}

// refund takes an order of February back.
func (s *turning) refund() {
	for i := range few {
		l := s.special[fmt.Sprint("refund-", i)]
		s.happens(s.town, l, func() pipelines.Write { return s.ordered(schemas.LevelVoid, l.id, l.last, time.Now()) }, "silver")
	}
}

// ended closes the story: what was published is what had to be, of each member in order, each change once.
func (s *turning) ended() {
	s.t.Helper()
	s.publish()
	changes := 0
	for _, l := range s.lives {
		var got []string
		for i := range s.said[l.id] {
			c := &s.said[l.id][i]
			got = append(got, says(c))
			if c.Version != int64(i+1) || c.Epoch != 1 || c.MemberID != l.id {
				s.t.Errorf("%s: change %d is %+v", l.id, i, c)
			}
		}
		changes += len(got)
		if !slices.Equal(got, l.says) && (l.turned == nil || !slices.Equal(got, slices.Concat(l.says, l.turned))) {
			s.t.Errorf("%s was announced as %q, want %q, %q", l.id, got, l.says, l.turned)
		}
	}
	if len(s.said) != len(s.lives) {
		s.t.Errorf("%d members were announced, there are %d", len(s.said), len(s.lives))
	}
	s.stop()
	s.t.Logf("%d members, %d changes announced, each once; %d reads; %d calls fenced", len(s.lives), changes, s.reads.Load(), s.real.refused.Load())
}
