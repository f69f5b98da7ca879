package redis

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sluice/schemas"
)

// CouponsDue are up to limit timers of a bucket due at or before now, those due first first. Plans in but are left out.
func (l *Levels) CouponsDue(ctx context.Context, bucket int, now int64, but []string, limit int) ([]schemas.CouponTimer, error) {
	b := &l.buckets[bucket]
	args := []any{now, limit}
	for _, plan := range but {
		args = append(args, plan)
	}
	parts, err := l.call(ctx, l.scripts.couponsDue, []string{b.head, b.watermarks, b.recovering, b.couponsDue}, args...)
	if err != nil {
		return nil, fmt.Errorf("listing coupons of bucket %d: %w", bucket, err)
	}
	var found []string
	ok := len(parts) == 1
	if ok {
		found, ok = texts(parts[0])
	}
	if !ok || len(found)%4 != 0 {
		return nil, fmt.Errorf("listing coupons of bucket %d: %w", bucket, errAnswer)
	}
	timers := make([]schemas.CouponTimer, 0, len(found)/4)
	for f := range slices.Chunk(found, 4) {
		due, err := strconv.ParseInt(f[2], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("listing coupons of bucket %d: %w", bucket, errCorrupt)
		}
		timers = append(timers, schemas.CouponTimer{Plan: f[0], Member: f[1], Due: due, Decided: f[3]})
	}
	return timers, nil
}

// DecideCoupons takes each decision in one atomic step, and says what became of it. It is fenced as Turn is.
func (l *Levels) DecideCoupons(ctx context.Context, bucket int, fence int64, decisions []schemas.CouponDecision) ([]schemas.CouponOutcome, error) {
	b := &l.buckets[bucket]
	args := []any{fence, l.cfg.MaxOutbox, l.cfg.Now().UnixMilli()}
	for i := range decisions {
		d := &decisions[i]
		args = append(args, d.Timer.Plan, d.Timer.Member, d.Timer.Due, d.Period, d.Next, d.Grant)
	}
	parts, err := l.call(ctx, l.scripts.coupons, []string{b.head, b.watermarks, b.recovering, b.couponsDue, b.outbox}, args...)
	if err != nil {
		return nil, fmt.Errorf("deciding coupons of bucket %d: %w", bucket, err)
	}
	var said []int64
	if len(parts) == 1 {
		said, err = integers(parts[0], len(decisions))
	}
	if err != nil || len(said) != len(decisions) {
		return nil, fmt.Errorf("deciding coupons of bucket %d: %w", bucket, errAnswer)
	}
	outcomes := make([]schemas.CouponOutcome, len(said))
	for i, n := range said {
		outcomes[i] = schemas.CouponOutcome(n)
	}
	return outcomes, nil
}

// ArmCoupons sets those timers of which member and plan have none, and says how many. It is fenced as Turn is.
func (l *Levels) ArmCoupons(ctx context.Context, bucket int, fence int64, timers []schemas.CouponTimer) (armed int, err error) {
	b := &l.buckets[bucket]
	args := []any{fence}
	for i := range timers {
		args = append(args, timers[i].Plan, timers[i].Member, timers[i].Due)
	}
	parts, err := l.call(ctx, l.scripts.arm, []string{b.head, b.watermarks, b.recovering, b.couponsDue}, args...)
	if err != nil {
		return 0, fmt.Errorf("arming coupons of bucket %d: %w", bucket, err)
	}
	if len(parts) == 1 {
		if n, ok := parts[0].(int64); ok {
			return int(n), nil
		}
	}
	return 0, fmt.Errorf("arming coupons of bucket %d: %w", bucket, errAnswer)
}

// CouponTimers are what the store keeps for a member: the plans with a timer, and those with a decided period, by plan.
func (l *Levels) CouponTimers(ctx context.Context, member string) ([]schemas.CouponTimer, error) {
	kept, err := l.client.HGetAll(ctx, l.buckets[l.bucket([]byte(member))].Issued(member)).Result()
	if err != nil {
		return nil, fmt.Errorf("reading a member's coupons: %w", failed(ctx, err))
	}
	timers := make([]schemas.CouponTimer, 0, len(kept))
	for plan, value := range kept {
		due, decided, found := strings.Cut(value, " ")
		at, err := strconv.ParseInt(due, 10, 64)
		if err != nil || !found {
			return nil, fmt.Errorf("reading a member's coupons: %w", errCorrupt)
		}
		timers = append(timers, schemas.CouponTimer{Plan: plan, Member: member, Due: at, Decided: decided})
	}
	slices.SortFunc(timers, func(a, b schemas.CouponTimer) int { return strings.Compare(a.Plan, b.Plan) })
	return timers, nil
}
