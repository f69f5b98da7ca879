package rewind

import (
	"context"
	"time"

	"sluice/pipelines"
)

// Store is where the state is. Its calls are described in the package's comment; a loss is an error
// that is pipelines.ErrLost.
type Store interface {
	// Open looks for losses, claims what has to be recovered, and begins a lane when nothing has.
	Open(ctx context.Context, feed pipelines.Feed, claim string) (pipelines.Marks, error)
	// Recover gives the buckets that are claimed so a new epoch, and says how many they were.
	Recover(ctx context.Context, claim string, epoch int64, feeds []pipelines.Feed) (buckets int, err error)
	// Raise lifts the watermark of a partition in all buckets, or only looks whether it is still there.
	Raise(ctx context.Context, part pipelines.Partition, next int64) error
}

// ClaimFor is for how long a store leaves another's claim alone.
const ClaimFor = 10 * time.Second

// Epochs gives out numbers where they do not fail with the store.
type Epochs interface {
	// Next is a number that nobody has been given before, above the one given.
	Next(ctx context.Context, above int64) (int64, error)
}

// Feeds are all partitions that the store is made of, those of other pipelines as well.
type Feeds interface {
	Feeds(ctx context.Context) ([]pipelines.Feed, error)
}

// Source is what a partition's source has to offer beside reading and committing.
type Source interface {
	pipelines.Source
	// Feed asks where the partition stands.
	Feed(ctx context.Context) (pipelines.Feed, error)
	// Rewind has the next Poll begin at an offset, which may be below the commit; that stays where it
	// is. It is called only between two calls of Poll.
	Rewind(ctx context.Context, next int64) error
	// Position is the offset that is read next; it has passed those that hold no record. It is asked
	// between two calls of Poll.
	Position() int64
}
