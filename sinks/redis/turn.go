package redis

import (
	"context"
	"fmt"
	"strconv"

	goredis "github.com/redis/go-redis/v9"
)

// Due lists the buckets that have a member whose level changes by itself, and those that have a coupon due, at or before now.
func (l *Levels) Due(ctx context.Context, now int64) (levels, coupons []int, err error) {
	until := &goredis.ZRangeBy{Min: "-inf", Max: strconv.FormatInt(now, 10), Count: 1}
	pipe := l.client.Pipeline()
	due := make([]*goredis.StringSliceCmd, 2*len(l.buckets))
	for i := range l.buckets {
		due[2*i] = pipe.ZRangeByScore(ctx, l.buckets[i].due, until)
		due[2*i+1] = pipe.ZRangeByScore(ctx, l.buckets[i].couponsDue, until)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, nil, fmt.Errorf("looking for what is due: %w", failed(ctx, err))
	}
	for i := range l.buckets {
		if len(due[2*i].Val()) > 0 {
			levels = append(levels, i)
		}
		if len(due[2*i+1].Val()) > 0 {
			coupons = append(coupons, i)
		}
	}
	return levels, coupons, nil
}

// maxTurn bounds one call: while it runs the server does nothing else.
const maxTurn = 1000

// Turn takes up to limit members (at most 1000) of a bucket whose level has changed by itself by now, oldest first, and
// announces those whose level is not the announced one; more says that others are due. It fails with schemas.ErrFenced
// behind a later runner, and with schemas.ErrRecovering where events are missing.
func (l *Levels) Turn(ctx context.Context, bucket int, now, fence int64, limit int) (announced int, more bool, err error) {
	b := &l.buckets[bucket]
	args := []any{l.rules.at(now), fence, min(max(limit, 1), maxTurn)}
	parts, err := l.call(ctx, l.scripts.turn, []string{b.head, b.watermarks, b.recovering, b.members, b.outbox, b.due, b.raised}, args...)
	if err != nil {
		return 0, false, fmt.Errorf("turning bucket %d: %w", bucket, err)
	}
	if len(parts) != 2 {
		return 0, false, fmt.Errorf("turning bucket %d: %w", bucket, errAnswer)
	}
	n, fine := parts[0].(int64)
	others, ok := parts[1].(int64)
	if !fine || !ok {
		return 0, false, fmt.Errorf("turning bucket %d: %w", bucket, errAnswer)
	}
	return int(n), others != 0, nil
}

// Raised lists up to limit members of a bucket above the base level whose ids are behind after, in the order of the ids.
func (l *Levels) Raised(ctx context.Context, bucket int, after string, limit int) ([]string, error) {
	from := "-"
	if after != "" {
		from = "(" + after
	}
	members, err := l.client.ZRangeByLex(ctx, l.buckets[bucket].raised, &goredis.ZRangeBy{Min: from, Max: "+", Count: int64(limit)}).Result()
	if err != nil {
		return nil, fmt.Errorf("listing members of bucket %d: %w", bucket, failed(ctx, err))
	}
	return members, nil
}
