package redis

import (
	"context"
	"fmt"
	"sync"

	"sluice/pipelines"
)

// lane is what one partition's lane had acknowledged, by bucket: the offset below which everything is applied.
type lane struct {
	part  pipelines.Partition
	topic string // which topic of its name
	name  string // topic/partition, the field of hashes

	mu  sync.Mutex
	had []int64
}

func newLane(feed pipelines.Feed, from int64, buckets int) *lane {
	l := &lane{part: feed.Part, topic: feed.Topic, name: feed.Part.String(), had: make([]int64, buckets)}
	for i := range l.had {
		l.had[i] = from
	}
	return l
}

func (l *lane) at(bucket int) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.had[bucket]
}

func (l *lane) raise(bucket int, to int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.had[bucket] = max(l.had[bucket], to)
}

// laneOf is the lane that a partition has now; nil for one that was never opened, or is opened just now.
func (l *Levels) laneOf(part pipelines.Partition) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lanes[part]
}

func (l *Levels) setLane(part pipelines.Partition, lane *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if lane == nil {
		delete(l.lanes, part)
		return
	}
	l.lanes[part] = lane
}

// Raise is of internal/rewind's Store.
func (l *Levels) Raise(ctx context.Context, part pipelines.Partition, next int64) error {
	lane := l.laneOf(part)
	if lane == nil {
		return fmt.Errorf("raising the watermarks of %s: %w", part, pipelines.ErrLost)
	}
	calls := make([][]any, len(l.buckets))
	for i := range l.buckets {
		b := &l.buckets[i]
		calls[i] = []any{"evalsha", l.scripts.raise.sha, 3, b.head, b.watermarks, b.recovering, lane.name, lane.topic, lane.at(i), next}
	}
	replies, errs := l.run(ctx, calls)
	var first error
	for i := range calls {
		err := errs[i]
		if err == nil {
			if word, ok := replies[i].(string); ok {
				err = refusal(word)
			} else {
				err = errAnswer
			}
		} else {
			err = failed(ctx, err)
		}
		if err == nil {
			lane.raise(i, next)
		} else if first == nil {
			first = fmt.Errorf("raising the watermarks of %s in bucket %d: %w", part, i, err)
		}
	}
	return first
}
