package redis

import (
	"context"
	"fmt"
	"time"

	"sluice/pipelines"
)

// claimFor is how long a claim of another's is left alone.
const claimFor = 10 * time.Second

// Open is of internal/rewind's Store.
func (l *Levels) Open(ctx context.Context, feed pipelines.Feed, claim string) (pipelines.Marks, error) {
	l.setLane(feed.Part, nil)
	l.settled.Store(false) // a server that was flushed has no layout any more
	if err := l.layout(ctx); err != nil {
		return pipelines.Marks{}, fmt.Errorf("opening %s: %w", feed.Part, err)
	}
	calls := make([][]any, len(l.buckets))
	for i := range l.buckets {
		b := &l.buckets[i]
		calls[i] = []any{
			"evalsha", l.scripts.open.sha, 3, b.head, b.watermarks, b.recovering, feed.Part.String(), feed.Topic, feed.Oldest, feed.Next,
			feed.Fresh, feed.Anew, claim, claimFor.Milliseconds(),
		}
	}
	replies, errs := l.run(ctx, calls)
	marks := pipelines.Marks{From: feed.Next, Least: -1}
	for i := range calls {
		if errs[i] != nil {
			return pipelines.Marks{}, fmt.Errorf("opening %s in bucket %d: %w", feed.Part, i, failed(ctx, errs[i]))
		}
		found, err := integers(replies[i], 5)
		if err != nil {
			return pipelines.Marks{}, fmt.Errorf("opening %s in bucket %d: %w", feed.Part, i, err)
		}
		lost, before, after, epoch, unborn := found[0], found[1], found[2], found[3], found[4]
		switch lost {
		case 1:
			marks.Claimed++
			marks.Unborn += int(unborn)
		case 2:
			marks.Others++
		}
		if i == 0 {
			marks.Least = before
		}
		marks.Least, marks.Epoch = min(marks.Least, before), max(marks.Epoch, epoch)
		marks.From = min(marks.From, max(after, 0))
	}
	if marks.Claimed == 0 && marks.Others == 0 {
		l.setLane(feed.Part, newLane(feed, marks.From, len(l.buckets)))
	}
	return marks, nil
}

// Recover is of internal/rewind's Store.
func (l *Levels) Recover(ctx context.Context, claim string, epoch int64, feeds []pipelines.Feed) (int, error) {
	args := []any{claim, epoch}
	for i := range feeds {
		args = append(args, feeds[i].Part.String(), feeds[i].Topic, feeds[i].End)
	}
	calls := make([][]any, len(l.buckets))
	for i := range l.buckets {
		b := &l.buckets[i]
		calls[i] = append([]any{"evalsha", l.scripts.recover.sha, 3, b.head, b.watermarks, b.recovering}, args...)
	}
	replies, errs := l.run(ctx, calls)
	recovered := 0
	for i := range calls {
		if errs[i] != nil {
			return recovered, fmt.Errorf("recovering bucket %d: %w", i, failed(ctx, errs[i]))
		}
		n, ok := replies[i].(int64)
		switch {
		case !ok:
			return recovered, fmt.Errorf("recovering bucket %d: %w", i, errAnswer)
		case n < 0:
			return recovered, fmt.Errorf("recovering bucket %d: it has epoch %d, and %d is not above that", i, -n-1, epoch)
		}
		recovered += int(n)
	}
	return recovered, nil
}

// integers is an answer of so many whole numbers.
func integers(reply any, n int) ([]int64, error) {
	parts, ok := reply.([]any)
	if !ok || len(parts) != n {
		return nil, errAnswer
	}
	numbers := make([]int64, n)
	for i, part := range parts {
		if numbers[i], ok = part.(int64); !ok {
			return nil, errAnswer
		}
	}
	return numbers, nil
}
