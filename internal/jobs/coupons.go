package jobs

import (
	"context"
	"fmt"
	"time"

	"sluice/schemas"
	"sluice/schemas/rules"
)

// coupons decides what is due. A chain goes from period to period by the calendar alone, so that it can neither drift nor skip: after an
// absence each period is decided by what the member was entitled to at its own moment.
func (t *term) coupons(ctx context.Context, fence int64) (int, error) {
	_, due, err := t.due(ctx)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	now := t.deps.Now().UnixMilli()
	t.quota.fill(t.deps.Rules(), now)
	turned := int(now/t.cfg.CouponEvery.Milliseconds()) % len(due) // a small quota is not always the same bucket's
	due = append(due[turned:len(due):len(due)], due[:turned]...)
	return t.each(ctx, due, func(ctx context.Context, bucket int) (int, error) { return t.couponBucket(ctx, bucket, fence) })
}

// couponBucket goes on until a bucket has no coupon due that may be given.
func (t *term) couponBucket(ctx context.Context, bucket int, fence int64) (total int, err error) {
	for ctx.Err() == nil {
		n, more, err := t.couponPage(ctx, bucket, fence)
		total += n
		if err != nil {
			return total, fmt.Errorf("deciding the coupons of bucket %d: %w", bucket, err)
		}
		if !more {
			break
		}
	}
	return total, nil
}

// couponPage decides the timers of one page. more says that it got on, and that there may be others.
func (t *term) couponPage(ctx context.Context, bucket int, fence int64) (given int, more bool, err error) {
	call, cancel := context.WithTimeout(ctx, t.cfg.CallTimeout)
	defer cancel()
	timers, err := t.deps.Coupons.CouponsDue(call, bucket, t.deps.Now().UnixMilli(), t.quota.spent(), t.cfg.Page)
	if err != nil || len(timers) == 0 {
		return 0, false, err
	}
	states, err := t.states(call, timers)
	if err != nil {
		return 0, false, err
	}
	inForce := t.deps.Rules()
	decisions := make([]schemas.CouponDecision, 0, len(timers))
	for i := range timers {
		if d, ok := t.decide(inForce, timers[i], states[timers[i].Member]); ok {
			decisions = append(decisions, d)
		}
	}
	if len(decisions) == 0 {
		return 0, false, nil
	}
	outcomes, err := t.deps.Coupons.DecideCoupons(call, bucket, fence, decisions)
	if err == nil && len(outcomes) != len(decisions) {
		err = fmt.Errorf("%d outcomes of %d decisions", len(outcomes), len(decisions))
	}
	if err != nil {
		t.giveBack(inForce, decisions)
		return 0, false, err
	}
	return t.told(inForce, decisions, outcomes), true, nil
}

// told counts what became of decisions.
func (t *term) told(inForce *rules.Rules, decisions []schemas.CouponDecision, outcomes []schemas.CouponOutcome) (given int) {
	now := t.deps.Now().UnixMilli()
	for i := range decisions {
		d := &decisions[i]
		if outcomes[i] == schemas.CouponGiven {
			given++
			t.deps.Observer.CouponGiven(d.Timer.Plan, time.Duration(now-d.Timer.Due)*time.Millisecond)
			continue
		}
		t.giveBack(inForce, decisions[i:i+1])
	}
	return given
}

// giveBack returns to the quota what was not given.
func (t *term) giveBack(inForce *rules.Rules, decisions []schemas.CouponDecision) {
	for i := range decisions {
		if p := inForce.Plan(decisions[i].Timer.Plan); p != nil && decisions[i].Grant != nil {
			t.quota.back(p)
		}
	}
}

// decide says what is to become of a timer that is due; false leaves it as it is, for another pass. A state of nil is not known yet.
func (t *term) decide(inForce *rules.Rules, timer schemas.CouponTimer, state *schemas.MemberState) (schemas.CouponDecision, bool) {
	d := schemas.CouponDecision{Timer: timer}
	p := inForce.Plan(timer.Plan)
	if p == nil {
		return d, true // the plan is no more: its timers end
	}
	at, period, ok := occurrence(inForce, p, timer.Due)
	if !ok {
		d.Next = at + t.jitter(p.ID, timer.Member)
		return d, true
	}
	if state == nil {
		return d, false
	}
	d.Period = period
	now := t.deps.Now().UnixMilli()
	next, _ := inForce.CouponDue(p, at)
	next += t.jitter(p.ID, timer.Member)
	switch {
	case entitled(inForce, p, state, at):
		if period > timer.Decided {
			if !t.quota.take(p) {
				return d, false
			}
			d.Grant = grant(p.ID, period, timer.Member, now)
		}
		d.Next = next
	case entitled(inForce, p, state, now):
		d.Next = next
	}
	return d, true // Next is 0 of one who is not entitled any more: a sweep arms it anew
}

func grant(planID, period, member string, now int64) []byte {
	return schemas.AppendCouponJSON(nil, &schemas.CouponGranted{
		MemberID: member, Plan: planID, Period: period, CouponID: schemas.CouponID(planID, period, member), At: now,
	})
}
