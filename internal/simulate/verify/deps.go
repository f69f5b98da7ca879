package verify

import (
	"context"
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/pipelines"
	"sluice/schemas"
)

// Store lists what was stored.
type Store interface {
	Documents(ctx context.Context, q schemas.DocumentsQuery, each func(schemas.Document) error) error
}

// Letters reads a topic of dead letters, partition by partition in order; a record is valid only during the call.
type Letters interface {
	Scan(ctx context.Context, topic string, since time.Time, each func(part pipelines.Partition, rec *pipelines.Record) error) error
}

// Offsets says where the readers of the topic stand now.
type Offsets interface {
	Sample(ctx context.Context) (ledger.Sample, error)
}

// Counters reads the processes' counts.
type Counters interface {
	Read(ctx context.Context) (ledger.Counters, error)
}

// ProbePrefix begins, before the run's own, the ids of drivers that a Prober makes up: what they add to counters
// is told apart from the load when it is verified again.
const ProbePrefix = "probe-"

// Prober posts one fresh ping and says how long it took until a reader found it.
type Prober interface {
	Probe(ctx context.Context) (time.Duration, error)
}

// Watcher is told what is being done; n is how many so far, 0 when that says nothing.
type Watcher interface {
	Doing(what string, n int64)
	Waiting(behind int64) // for the pipelines: so many records they have not committed
}

// Deps are whom verify asks. Counters and Prober may be nil: what they would show is then not
// judged, and said to be so.
type Deps struct {
	Store    Store
	Letters  Letters
	Offsets  Offsets
	Counters Counters
	Prober   Prober
	Watcher  Watcher
}

// Config of one verification.
type Config struct {
	Ledger *ledger.Ledger
	Wait   time.Duration // for the readers to be done; 0 = not at all
	Poll   time.Duration // between two looks at them; above 0
	Still  time.Duration // without any progress, and at least 5 looks, before waiting is given up; 0 = 5 looks
	Live   string        // the pipeline that keeps positions
	Past   string        // the pipeline that keeps every ping
	Lost   []Lost        // what was taken from the topic unread: nothing else may be missing

	// Farewells are what processes said at their clean ends: the counts with which they ended. None = nobody heard them.
	Farewells []ledger.Process

	// Rejected is the share of the records that the store was made to reject, sound as they are: so many of them may be
	// dead letters of each pipeline. 0 = none.
	Rejected float64
}
