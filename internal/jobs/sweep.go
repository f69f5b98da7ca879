package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/schemas"
	"sluice/schemas/rules"
)

// sweepStep is between two buckets of the sweep.
func (r *Runner) sweepStep() time.Duration {
	return max(r.cfg.SweepEvery/time.Duration(max(r.deps.Levels.Buckets(), 1)), time.Millisecond)
}

// broom is where the sweep stands. Where it begins is a matter of the clock, so that a runner that takes over goes on
// about where another was.
type broom struct {
	begun    bool
	bucket   int
	failures int // at this bucket, in a row
}

// sweepTries at one bucket, and the sweep goes on with the next: the others are not to wait for one that stays away.
const sweepTries = 10

// sweep looks through one bucket for members who are entitled to a plan and have no timer of it: they are new, or it was
// lost.
func (t *term) sweep(ctx context.Context, fence int64) (armed int, err error) {
	inForce, buckets := t.deps.Rules(), t.deps.Levels.Buckets()
	if len(inForce.Coupons) == 0 {
		return 0, nil
	}
	if !t.broom.begun {
		t.broom = broom{begun: true, bucket: int(t.deps.Now().UnixMilli() / t.sweepStep().Milliseconds() % int64(buckets))}
	}
	armed, err = t.sweepBucket(ctx, inForce, t.broom.bucket, fence)
	t.broom.failures++
	if err == nil || t.broom.failures == sweepTries {
		t.broom.bucket, t.broom.failures = (t.broom.bucket+1)%buckets, 0
	}
	return armed, err
}

func (t *term) sweepBucket(ctx context.Context, inForce *rules.Rules, bucket int, fence int64) (armed int, err error) {
	for after := ""; ctx.Err() == nil; {
		members, err := t.raised(ctx, bucket, after)
		if err != nil || len(members) == 0 {
			return armed, err
		}
		n, err := t.arm(ctx, inForce, bucket, members, fence)
		armed += n
		if err != nil {
			return armed, fmt.Errorf("sweeping bucket %d: %w", bucket, err)
		}
		after = members[len(members)-1]
	}
	return armed, nil
}

func (t *term) raised(ctx context.Context, bucket int, after string) ([]string, error) {
	call, cancel := context.WithTimeout(ctx, t.cfg.CallTimeout)
	defer cancel()
	members, err := t.deps.Members.Raised(call, bucket, after, t.cfg.Page)
	if err != nil {
		return nil, fmt.Errorf("sweeping bucket %d: %w", bucket, err)
	}
	return members, nil
}

// arm sets the timers that members lack.
func (t *term) arm(ctx context.Context, inForce *rules.Rules, bucket int, members []string, fence int64) (int, error) {
	call, cancel := context.WithTimeout(ctx, t.cfg.CallTimeout)
	defer cancel()
	var lacking []schemas.CouponTimer
	for _, member := range members {
		found, err := t.lacks(call, inForce, member)
		if err != nil {
			return 0, err
		}
		lacking = append(lacking, found...)
	}
	if len(lacking) == 0 {
		return 0, nil
	}
	return t.deps.Coupons.ArmCoupons(call, bucket, fence, lacking)
}

// lacks are the timers that one member should have and has not.
func (t *term) lacks(ctx context.Context, inForce *rules.Rules, member string) ([]schemas.CouponTimer, error) {
	state, err := t.deps.Members.Member(ctx, member)
	if errors.Is(err, schemas.ErrRecovering) || err == nil && state.Recovering {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	kept, err := t.deps.Members.CouponTimers(ctx, member)
	if err != nil {
		return nil, err
	}
	known := make(map[string]schemas.CouponTimer, len(kept))
	for _, timer := range kept {
		known[timer.Plan] = timer
	}
	now := t.deps.Now().UnixMilli()
	var lacking []schemas.CouponTimer
	for i := range inForce.Coupons {
		p := &inForce.Coupons[i]
		if have := known[p.ID]; have.Due == 0 && entitled(inForce, p, &state, now) {
			due := t.missing(inForce, p, member, have.Decided, now)
			lacking = append(lacking, schemas.CouponTimer{Plan: p.ID, Member: member, Due: due})
		}
	}
	return lacking, nil
}
