package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/stacktest"
	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
	"sluice/sinks/embedded"
	"sluice/sinks/redis"
)

// place is a real store of member levels.
type place interface {
	workplace
	pipelines.Sink
	Open(ctx context.Context, feed pipelines.Feed, claim string) (pipelines.Marks, error)
	Recover(ctx context.Context, claim string, epoch int64, feeds []pipelines.Feed) (int, error)
	Outbox(ctx context.Context, bucket, limit int) ([]schemas.OutboxEntry, error)
	Trim(ctx context.Context, bucket int, ids []string) error
	Close() error
}

// placeBuckets is how many parts the members of a real store are in.
const placeBuckets = 16

// everyPlace plays a story on each real store, in virtual time: it stands still while a store works, so every
// call ends at the instant at which it began.
func everyPlace(t *testing.T, story func(t *testing.T, open func(*rules.Rules) place)) {
	t.Run("SQLite", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			story(t, func(inForce *rules.Rules) place {
				l, err := embedded.OpenLevels(embedded.LevelsConfig{Dir: t.TempDir(), Rules: inForce, Buckets: placeBuckets, NoSync: true}, nil)
				if err != nil {
					t.Fatal(err)
				}
				return l
			})
		})
	})
	t.Run("Redis", func(t *testing.T) {
		addr := stacktest.Redis(t)
		prefix := fmt.Sprintf("jobs-%d:", time.Now().UnixNano())
		t.Cleanup(func() { stacktest.ForgetKeys(t, addr, prefix) })
		synctest.Test(t, func(t *testing.T) {
			story(t, func(inForce *rules.Rules) place {
				// More connections than are ever needed: to wait for one would be to share timers with other bubbles. A connection's
				// time-out is real time, of which a machine that has much else to do needs more.
				l, err := redis.New(redis.Config{
					Addrs: []string{addr}, KeyPrefix: prefix, Rules: inForce, Buckets: placeBuckets, PoolSize: 1024, CallTimeout: 10 * time.Minute,
				}, nil)
				if err != nil {
					t.Fatal(err)
				}
				return l
			})
		})
	})
}

// troubled is a real store with a story's trouble before and behind each change.
type troubled struct {
	place
	ask     func(ctx context.Context, step string) error
	refused atomic.Int64 // fences
}

// around makes a change, whatever becomes meanwhile of who asked for it: what is sent is sent.
func (s *troubled) around(ctx context.Context, step string, change func(ctx context.Context) error) error {
	if err := s.ask(ctx, "before "+step); err != nil {
		return err
	}
	err := change(context.WithoutCancel(ctx))
	if errors.Is(err, schemas.ErrFenced) {
		s.refused.Add(1)
	}
	return errors.Join(err, s.ask(ctx, "after "+step))
}

func (s *troubled) Turn(ctx context.Context, bucket int, now, fence int64, limit int) (announced int, more bool, err error) {
	err = s.around(ctx, "turn", func(ctx context.Context) (err error) {
		announced, more, err = s.place.Turn(ctx, bucket, now, fence, limit)
		return err
	})
	return announced, more, err
}

func (s *troubled) DecideCoupons(ctx context.Context, bucket int, fence int64, decisions []schemas.CouponDecision) (outcomes []schemas.CouponOutcome, err error) {
	err = s.around(ctx, "decide", func(ctx context.Context) (err error) {
		outcomes, err = s.place.DecideCoupons(ctx, bucket, fence, decisions)
		return err
	})
	return outcomes, err
}

func (s *troubled) ArmCoupons(ctx context.Context, bucket int, fence int64, timers []schemas.CouponTimer) (armed int, err error) {
	err = s.around(ctx, "arm", func(ctx context.Context) (err error) {
		armed, err = s.place.ArmCoupons(ctx, bucket, fence, timers)
		return err
	})
	return armed, err
}
