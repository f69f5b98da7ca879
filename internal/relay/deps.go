package relay

import (
	"context"
	"time"

	"sluice/schemas"
)

// Outbox is the store's: what is to be published stands in it, bucket by bucket in order, from the
// same atomic step that made it true.
type Outbox interface {
	// Waiting lists the buckets that have an entry. It is one cheap call for all buckets.
	Waiting(ctx context.Context) ([]int, error)
	// Outbox is the first entries of a bucket, at most limit, oldest first.
	Outbox(ctx context.Context, bucket, limit int) ([]schemas.OutboxEntry, error)
	// Trim removes entries by their ids; one that is not there is no error.
	Trim(ctx context.Context, bucket int, ids []string) error
}

// Observer is told what the relay does; it must not block, and is called from many goroutines at once.
type Observer interface {
	// RelayPublished counts an entry that Kafka acknowledged, so long after it was put into the outbox.
	RelayPublished(topic string, age time.Duration)
	// RelayFailed reports an attempt that failed and is made again. With a reason it is the last one: the
	// entry will never be accepted, and is kept as a dead letter.
	RelayFailed(topic, reason string, err error)
	// RelayLag is how many buckets have entries, and how long the oldest of those at their heads has waited.
	RelayLag(buckets int, oldest time.Duration)
}
