package pipelines

import "context"

// Source yields the records of one partition, in offset order. One lane owns it: Poll is
// called once at a time and so is Commit, but the lane polls ahead and goes on while it commits,
// so the two may be under way at once. Lag comes from any goroutine at any time.
//
// A source that is not polled holds at most what its own configuration says, stops
// fetching, keeps its membership of the group, and resumes by itself with the next Poll.
type Source interface {
	// Poll blocks until at least one record is there, fills dst from the front and says
	// how many. It returns the context's cause once ctx ends. The bytes of the records
	// stay valid for as long as anyone holds them; dst is the caller's.
	Poll(ctx context.Context, dst []Record) (int, error)

	// Commit makes it durable that every offset below next is settled. Only the lane
	// calls it. Once the partition has gone to another member it returns ErrFenced and
	// changes nothing.
	Commit(ctx context.Context, next int64) error

	// Lag is how many records the partition holds behind those polled, as last told by
	// the broker; safe to call from any goroutine.
	Lag() int64
}

// Group shares the partitions of a topic among the processes that run a pipeline.
type Group interface {
	// Run joins, and calls serve in its own goroutine for each partition assigned, until
	// ctx ends. The context given to serve ends when the partition is revoked
	// (cause ErrRevoked) or the group stops (cause ErrStopped); serve then has the drain time-out to
	// return, and until it has returned its source can still commit. An error from serve
	// ends Run with that error.
	Run(ctx context.Context, serve Serve) error
}

// Serve carries one assigned partition until ctx ends.
type Serve func(ctx context.Context, part Partition, src Source) error
