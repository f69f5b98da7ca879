package embedded

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"encoding/json"
	"fmt"

	"sluice/schemas"
)

// CouponsDue are up to limit timers of a bucket due at or before now, those due first first. Plans in but are left
// out. A bucket that reads back what it lost is schemas.ErrRecovering.
func (l *Levels) CouponsDue(ctx context.Context, bucket int, now int64, but []string, limit int) ([]schemas.CouponTimer, error) {
	without, err := json.Marshal(append([]string{}, but...))
	if err != nil {
		return nil, fmt.Errorf("looking for coupons due: %w", err)
	}
	var timers []schemas.CouponTimer
	err = l.snapshot(ctx, func(reads *sql.Tx) error {
		if err := l.complete(ctx, reads, bucket); err != nil {
			return err
		}
		return eachRow(ctx, reads, intoTimers(&timers), "SELECT plan, member, due, decided FROM coupons WHERE bucket = ? AND due <= ?"+
			" AND plan NOT IN (SELECT value FROM json_each(?)) ORDER BY due, member, plan LIMIT ?", bucket, now, string(without), max(limit, 0))
	})
	if err != nil {
		return nil, fmt.Errorf("looking for coupons due: %w", err)
	}
	return timers, nil
}

// CouponTimers are what is kept for a member: the plans with a timer, and those with a decided period.
func (l *Levels) CouponTimers(ctx context.Context, member string) ([]schemas.CouponTimer, error) {
	var timers []schemas.CouponTimer
	err := l.rows(ctx, intoTimers(&timers), "SELECT plan, member, coalesce(due, 0), decided FROM coupons WHERE bucket = ? AND member = ? ORDER BY plan",
		schemas.Bucket([]byte(member), l.cfg.Buckets), []byte(member))
	if err != nil {
		return nil, fmt.Errorf("reading a member's coupons: %w", err)
	}
	return timers, nil
}

// intoTimers keeps each row as a timer.
func intoTimers(timers *[]schemas.CouponTimer) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var t schemas.CouponTimer
		err := rows.Scan(&t.Plan, &t.Member, &t.Due, &t.Decided)
		*timers = append(*timers, t)
		return err
	}
}

// DecideCoupons takes each decision whose timer still says what the decision says it does, and says what became of it. It is
// fenced as Turn is.
func (l *Levels) DecideCoupons(ctx context.Context, bucket int, fence int64, decisions []schemas.CouponDecision) ([]schemas.CouponOutcome, error) {
	outcomes := make([]schemas.CouponOutcome, len(decisions))
	err := l.do(ctx, len(decisions), func(u *unit) error { //nolint:contextcheck // see conn.exec
		b, err := u.fenced(bucket, fence)
		if err != nil {
			return err
		}
		if b.waiting+int64(len(decisions)) > int64(u.cfg.MaxOutbox) {
			return ownError{fmt.Errorf("%w: the outbox is full", schemas.ErrUnavailable)}
		}
		for i := range decisions {
			if outcomes[i], err = u.decide(b, &decisions[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("deciding coupons of bucket %d: %w", bucket, outcome(err))
	}
	return outcomes, nil
}

func (u *unit) decide(b *bucket, d *schemas.CouponDecision) (schemas.CouponOutcome, error) {
	timer, err := u.timer(b.number, &d.Timer)
	if err != nil || timer.Due == 0 || timer.Due != d.Timer.Due {
		return schemas.CouponGone, err
	}
	outcome := schemas.CouponPassed
	switch {
	case d.Period <= timer.Decided:
		outcome = schemas.CouponDecided
	case d.Grant != nil:
		outcome = schemas.CouponGiven
		if err := u.post(b, schemas.TopicCoupons, []byte(d.Timer.Member), d.Grant); err != nil {
			return schemas.CouponGone, err
		}
	}
	return outcome, u.c.keepCoupon.do(int64(b.number), []byte(d.Timer.Member), d.Timer.Plan, orNull(d.Next), max(d.Period, timer.Decided))
}

// timer is what the file says of a member's plan.
func (u *unit) timer(bucket int, of *schemas.CouponTimer) (schemas.CouponTimer, error) {
	found := schemas.CouponTimer{Plan: of.Plan, Member: of.Member}
	err := u.c.coupon.each(func(row []sqldriver.Value) (err error) {
		var ok bool
		if found.Decided, ok = row[1].(string); !ok {
			return errCorrupt
		}
		found.Due, err = number(row[0])
		return err
	}, int64(bucket), []byte(of.Member), of.Plan)
	return found, err
}

// ArmCoupons sets those timers of which member and plan have none, and says how many. It is fenced as Turn is.
func (l *Levels) ArmCoupons(ctx context.Context, bucket int, fence int64, timers []schemas.CouponTimer) (armed int, err error) {
	err = l.do(ctx, len(timers), func(u *unit) error { //nolint:contextcheck // see conn.exec
		if _, err := u.fenced(bucket, fence); err != nil {
			return err
		}
		for i := range timers {
			has, err := u.timer(bucket, &timers[i])
			if err != nil {
				return err
			}
			if has.Due != 0 || timers[i].Due == 0 {
				continue
			}
			armed++
			err = u.c.keepCoupon.do(int64(bucket), []byte(timers[i].Member), timers[i].Plan, timers[i].Due, max(has.Decided, timers[i].Decided))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("arming coupons of bucket %d: %w", bucket, outcome(err))
	}
	return armed, nil
}
