package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	goredis "github.com/redis/go-redis/v9"
)

// noFence is that of buckets which no runner of jobs has been at.
const noFence = -1

// heads reads the greatest epoch and the greatest fence that any bucket was given; 0 and noFence = none was.
func (l *Levels) heads(ctx context.Context) (epoch, fence int64, err error) {
	pipe := l.client.Pipeline()
	said := make([]*goredis.SliceCmd, len(l.buckets))
	for i := range l.buckets {
		said[i] = pipe.HMGet(ctx, l.buckets[i].head, "epoch", "fence")
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, noFence, fmt.Errorf("reading what the buckets were given: %w", failed(ctx, err))
	}
	fence = noFence
	for _, one := range said {
		its, errEpoch := numberOr(one.Val(), 0, 0)
		seen, errFence := numberOr(one.Val(), 1, noFence)
		if err := errors.Join(errEpoch, errFence); err != nil {
			return 0, noFence, fmt.Errorf("reading what the buckets were given: %w", err)
		}
		epoch, fence = max(epoch, its), max(fence, seen)
	}
	return epoch, fence, nil
}

// numberOr is one of the values that a server answered, or another number when it has none.
func numberOr(values []any, at int, otherwise int64) (int64, error) {
	if at >= len(values) || values[at] == nil {
		return otherwise, nil
	}
	text, ok := values[at].(string)
	if !ok {
		return 0, errAnswer
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, errCorrupt
	}
	return n, nil
}
