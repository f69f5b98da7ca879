package jobs

import (
	"context"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// Levels is the store of member levels, of which each bucket is changed by one atomic script. A call with a
// fence below the greatest that the bucket has seen changes nothing and fails with
// schemas.ErrFenced; every call raises it.
type Levels interface {
	// Buckets is how many there are, numbered from 0.
	Buckets() int
	// Due lists the buckets that have a member whose level ends, and those that have a coupon due, at or
	// before now. It is one cheap call for all buckets, and may name one in vain.
	Due(ctx context.Context, now int64) (levels, coupons []int, err error)
	// Turn takes up to limit members of a bucket whose level has ended by now, oldest first, and announces those
	// whose effective level at now is not the announced one; more says that others are due.
	Turn(ctx context.Context, bucket int, now, fence int64, limit int) (announced int, more bool, err error)
}

// Coupons is the store's timers of coupons.
type Coupons interface {
	// CouponsDue are up to limit timers of a bucket due at or before now, those due first first. Plans in
	// but are left out.
	CouponsDue(ctx context.Context, bucket int, now int64, but []string, limit int) ([]schemas.CouponTimer, error)
	// DecideCoupons takes each decision in one atomic step, and says what became of it. It is fenced as Turn is.
	DecideCoupons(ctx context.Context, bucket int, fence int64, decisions []schemas.CouponDecision) ([]schemas.CouponOutcome, error)
	// ArmCoupons sets those timers of which member and plan have none, and says how many. It is fenced as Turn is.
	ArmCoupons(ctx context.Context, bucket int, fence int64, timers []schemas.CouponTimer) (armed int, err error)
}

// Members is what is known of those who may be entitled to coupons.
type Members interface {
	// Raised lists up to limit members of a bucket above the base level whose ids are behind after, in the order of the ids.
	Raised(ctx context.Context, bucket int, after string, limit int) ([]string, error)
	// Member is one member's state, from the primary.
	Member(ctx context.Context, id string) (schemas.MemberState, error)
	// CouponTimers are what the store keeps for a member: the plans with a timer, and those with a decided period.
	CouponTimers(ctx context.Context, member string) ([]schemas.CouponTimer, error)
}

// Ticks is where the runner writes its ticks.
type Ticks interface {
	// Publish returns nil once all in-sync replicas have the records.
	Publish(ctx context.Context, topic string, records []pipelines.Record) error
}

// Observer is told what the jobs do; it must not block, and is called from many goroutines at once.
type Observer interface {
	// JobDid counts what one pass of a job did: ticks written, falls announced, coupons given, timers armed.
	JobDid(job string, n int)
	// JobFailed reports a failure after which the job goes on by itself; schemas.ErrFenced says that a later runner
	// has been here.
	JobFailed(job string, err error)
	// CouponGiven says how late one coupon was given, behind the moment of its timer.
	CouponGiven(plan string, late time.Duration)
}
