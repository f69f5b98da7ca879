package main

import (
	"context"
	"fmt"
	"time"

	"sluice/internal/progress"
	"sluice/internal/relay"
)

// outboxLag is what of member levels waits to be published.
type outboxLag struct {
	waiting int           // buckets with an entry
	oldest  time.Duration // how long the oldest of those at their heads has waited; 0 = none waits
}

// String is the lag for a person.
func (l outboxLag) String() string {
	if l.waiting == 0 {
		return "nothing waits to be published"
	}
	return fmt.Sprintf("%s with something to publish, the oldest for %s", count(l.waiting, "bucket"), rounded(l.oldest))
}

// progress is the lag as /v1/pipelines and `sluice lag --json` say it.
func (l outboxLag) progress() progress.Relay {
	return progress.Relay{WaitingBuckets: l.waiting, OldestMS: l.oldest.Milliseconds()}
}

// outboxLagOf looks at the head of each outbox that has one.
func outboxLagOf(ctx context.Context, store relay.Outbox, now time.Time) (outboxLag, error) {
	buckets, err := store.Waiting(ctx)
	if err != nil {
		return outboxLag{}, err
	}
	var lag outboxLag
	for _, bucket := range buckets {
		head, err := store.Outbox(ctx, bucket, 1)
		if err != nil {
			return outboxLag{}, err
		}
		if len(head) == 0 { // published meanwhile
			continue
		}
		lag.waiting++
		lag.oldest = max(lag.oldest, now.Sub(time.UnixMilli(head[0].At)))
	}
	return lag, nil
}
