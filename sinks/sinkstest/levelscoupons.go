package sinkstest

import (
	"fmt"
	"slices"

	"sluice/schemas"
)

// levelCoupons are the checks of the timers of coupons.
func levelCoupons() map[string]func(*house) {
	return map[string]func(*house){
		"a timer is armed once":                       armedOnce,
		"a coupon is given once in a period":          givenOnce,
		"timers are due in order, without some plans": couponsInOrder,
		"a plan ends, and can begin again":            planEnds,
		"a lower fence decides nothing":               couponsFenced,
		"coupons are there after reopening":           couponsReopened,
	}
}

func timer(plan string, due int64) schemas.CouponTimer {
	return schemas.CouponTimer{Plan: plan, Member: m1, Due: due}
}

// arm sets timers in the bucket of m1.
func (h *house) arm(want int, timers ...schemas.CouponTimer) {
	h.t.Helper()
	if n, err := h.Levels.ArmCoupons(h.t.Context(), h.Bucket(m1), 10, timers); n != want || err != nil {
		h.t.Fatalf("%d armed, want %d: %v", n, want, err)
	}
}

// timers fails the check unless m1 has these.
func (h *house) timers(want ...schemas.CouponTimer) {
	h.t.Helper()
	got, err := h.Levels.CouponTimers(h.t.Context(), m1)
	slices.SortFunc(got, func(a, b schemas.CouponTimer) int {
		if a.Plan < b.Plan {
			return -1
		}
		return 1
	})
	if err != nil || !slices.Equal(got, want) {
		h.t.Fatalf("the timers are %+v, want %+v: %v", got, want, err)
	}
}

// decide takes decisions in the bucket of m1.
func (h *house) decide(decisions ...schemas.CouponDecision) []schemas.CouponOutcome {
	h.t.Helper()
	outcomes, err := h.Levels.DecideCoupons(h.t.Context(), h.Bucket(m1), 10, decisions)
	if err != nil || len(outcomes) != len(decisions) {
		h.t.Fatalf("the outcomes are %v, %v", outcomes, err)
	}
	return outcomes
}

// grants are the coupons in the outbox of m1's bucket.
func (h *house) grants() []string {
	h.t.Helper()
	entries, err := h.Levels.Outbox(h.t.Context(), h.Bucket(m1), 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	var grants []string
	for _, e := range entries {
		if e.Topic == schemas.TopicCoupons && string(e.Key) == m1 {
			grants = append(grants, string(e.Value))
		}
	}
	return grants
}

func armedOnce(h *house) {
	h.timers()
	h.arm(2, timer("a", levelNoon), timer("b", levelNoon+1))
	h.arm(0, timer("a", levelNoon+5))
	h.timers(timer("a", levelNoon), timer("b", levelNoon+1))
	if _, coupons, err := h.Levels.Due(h.t.Context(), levelNoon); err != nil || !slices.Contains(coupons, h.Bucket(m1)) {
		h.t.Errorf("due are %v, %v", coupons, err)
	}
	if _, coupons, err := h.Levels.Due(h.t.Context(), levelNoon-1); err != nil || len(coupons) > 0 {
		h.t.Errorf("due are %v, %v", coupons, err)
	}
}

func givenOnce(h *house) {
	h.arm(1, timer("a", levelNoon))
	give := schemas.CouponDecision{Timer: timer("a", levelNoon), Period: "2026-11", Next: levelNoon + day, Grant: []byte(`{"n":1}`)}
	if got := h.decide(give, give); !slices.Equal(got, []schemas.CouponOutcome{schemas.CouponGiven, schemas.CouponGone}) {
		h.t.Fatalf("the outcomes are %v", got)
	}
	h.timers(schemas.CouponTimer{Plan: "a", Member: m1, Due: levelNoon + day, Decided: "2026-11"})
	same := give
	same.Timer.Due, same.Next, same.Grant = levelNoon+day, levelNoon+2*day, []byte(`{"n":2}`)
	if got := h.decide(same); got[0] != schemas.CouponDecided {
		h.t.Fatalf("the outcome is %v", got)
	}
	pass := schemas.CouponDecision{Timer: timer("a", levelNoon+2*day), Period: "2026-12", Next: levelNoon + 3*day}
	if got := h.decide(pass); got[0] != schemas.CouponPassed {
		h.t.Fatalf("the outcome is %v", got)
	}
	before := pass
	before.Timer.Due, before.Period, before.Grant = levelNoon+3*day, "2026-11", []byte(`{"n":3}`)
	if got := h.decide(before); got[0] != schemas.CouponDecided {
		h.t.Fatalf("the outcome is %v", got)
	}
	h.timers(schemas.CouponTimer{Plan: "a", Member: m1, Due: levelNoon + 3*day, Decided: "2026-12"})
	if got := h.grants(); !slices.Equal(got, []string{`{"n":1}`}) {
		h.t.Errorf("given are %v", got)
	}
}

func couponsInOrder(h *house) {
	var timers []schemas.CouponTimer
	for i := range 30 {
		timers = append(timers, timer(fmt.Sprintf("p%02d", i), levelNoon-int64(i)*1000))
	}
	h.arm(len(timers), timers...)
	slices.Reverse(timers)
	for _, c := range []struct {
		now   int64
		but   []string
		limit int
		want  []schemas.CouponTimer
	}{
		{levelNoon, nil, 100, timers},
		{levelNoon, nil, 5, timers[:5]},
		{levelNoon - 20_000, nil, 100, timers[:10]},
		{levelNoon, []string{"p29", "p28", "none"}, 3, timers[2:5]},
		{levelNoon - 30_000, nil, 100, nil},
	} {
		got, err := h.Levels.CouponsDue(h.t.Context(), h.Bucket(m1), c.now, c.but, c.limit)
		if err != nil || !slices.Equal(got, c.want) {
			h.t.Errorf("due at %d without %v: %+v, want %+v: %v", c.now, c.but, got, c.want, err)
		}
	}
}

func planEnds(h *house) {
	h.arm(1, timer("a", levelNoon))
	end := schemas.CouponDecision{Timer: timer("a", levelNoon), Period: "2026-11", Grant: []byte(`{}`)}
	if got := h.decide(end); got[0] != schemas.CouponGiven {
		h.t.Fatal(got)
	}
	h.timers(schemas.CouponTimer{Plan: "a", Member: m1, Decided: "2026-11"})
	if got := h.decide(schemas.CouponDecision{Timer: timer("a", 0), Period: "2026-12", Grant: []byte(`{}`)}); got[0] != schemas.CouponGone {
		h.t.Fatal(got)
	}
	if got := h.decide(end); got[0] != schemas.CouponGone {
		h.t.Fatal(got)
	}
	h.arm(1, timer("a", levelNoon+day))
	h.timers(schemas.CouponTimer{Plan: "a", Member: m1, Due: levelNoon + day, Decided: "2026-11"})
	end.Timer.Due = levelNoon + day
	if got := h.decide(end); got[0] != schemas.CouponDecided || len(h.grants()) != 1 {
		h.t.Fatal(got, h.grants())
	}
}

func couponsFenced(h *house) {
	h.arm(1, timer("a", levelNoon))
	_, err := h.Levels.ArmCoupons(h.t.Context(), h.Bucket(m1), 9, []schemas.CouponTimer{timer("b", levelNoon)})
	h.fails("arming behind another", err, schemas.ErrFenced)
	_, err = h.Levels.DecideCoupons(h.t.Context(), h.Bucket(m1), 9, []schemas.CouponDecision{{Timer: timer("a", levelNoon), Period: "x"}})
	h.fails("deciding behind another", err, schemas.ErrFenced)
	h.timers(timer("a", levelNoon))
	if _, err := h.Levels.DecideCoupons(h.t.Context(), h.Bucket(m1), 11, nil); err != nil {
		h.t.Fatal(err)
	}
	_, _, err = h.Levels.Turn(h.t.Context(), h.Bucket(m1), levelNoon, 10, 10)
	h.fails("a turn behind coupons", err, schemas.ErrFenced)
}

func couponsReopened(h *house) {
	h.arm(1, timer("a", levelNoon))
	h.decide(schemas.CouponDecision{Timer: timer("a", levelNoon), Period: "2026-11", Next: levelNoon + day, Grant: []byte(`{}`)})
	h.reopen()
	h.timers(schemas.CouponTimer{Plan: "a", Member: m1, Due: levelNoon + day, Decided: "2026-11"})
	if len(h.grants()) != 1 {
		h.t.Errorf("given are %v", h.grants())
	}
}
