package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"sluice/schemas"
)

// turn announces the falls of all members whose level has ended. Nothing is announced while the grace of a month's turn
// runs; a membership that ends just then is announced behind it too.
func (t *term) turn(ctx context.Context, fence int64) (int, error) {
	now := t.deps.Now()
	inForce := t.deps.Rules()
	if ms := now.UnixMilli(); ms < inForce.Start(inForce.Month(ms))+t.cfg.Grace.Milliseconds() {
		return 0, nil
	}
	due, _, err := t.due(ctx)
	if err != nil {
		return 0, err
	}
	return t.each(ctx, due, func(ctx context.Context, bucket int) (int, error) { return t.turnBucket(ctx, bucket, fence) })
}

// turnBucket goes on until a bucket has nobody left whose level has ended.
func (t *term) turnBucket(ctx context.Context, bucket int, fence int64) (total int, err error) {
	for more := true; more && ctx.Err() == nil; {
		var n int
		n, more, err = t.turnPage(ctx, bucket, fence)
		total += n
		if err != nil {
			return total, fmt.Errorf("turning bucket %d: %w", bucket, err)
		}
	}
	return total, nil
}

func (t *term) turnPage(ctx context.Context, bucket int, fence int64) (int, bool, error) {
	call, cancel := context.WithTimeout(ctx, t.cfg.CallTimeout)
	defer cancel()
	return t.deps.Levels.Turn(call, bucket, t.deps.Now().UnixMilli(), fence, t.cfg.Page)
}

// due asks which buckets have work.
func (t *term) due(ctx context.Context) (levels, coupons []int, err error) {
	call, cancel := context.WithTimeout(ctx, t.cfg.CallTimeout)
	defer cancel()
	levels, coupons, err = t.deps.Levels.Due(call, t.deps.Now().UnixMilli())
	if err != nil {
		return nil, nil, fmt.Errorf("asking what is due: %w", err)
	}
	return levels, coupons, nil
}

// each works on buckets side by side, and adds up what was done. A bucket that fails does not keep the others from
// their turn; a fence that is refused ends it all.
func (t *term) each(ctx context.Context, buckets []int, work func(ctx context.Context, bucket int) (int, error)) (int, error) {
	var total atomic.Int64
	var mu sync.Mutex
	var failed []error
	group, working := errgroup.WithContext(ctx)
	group.SetLimit(t.cfg.Buckets)
	for _, bucket := range buckets {
		if working.Err() != nil {
			break
		}
		group.Go(func() error {
			n, err := work(working, bucket)
			total.Add(int64(n))
			if errors.Is(err, schemas.ErrFenced) {
				return err
			}
			if err != nil && working.Err() == nil {
				mu.Lock()
				failed = append(failed, err)
				mu.Unlock()
			}
			return nil
		})
	}
	err := group.Wait()
	return int(total.Load()), errors.Join(err, first(failed))
}

// first is one failure for all: that of each bucket would say the same when the store is away.
func first(failed []error) error {
	if len(failed) == 0 {
		return nil
	}
	if len(failed) == 1 {
		return failed[0]
	}
	return fmt.Errorf("%d buckets failed, one of them: %w", len(failed), failed[0])
}
