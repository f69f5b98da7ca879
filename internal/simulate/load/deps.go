package load

import (
	"context"
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/pipelines"
)

// Gateway takes a request of records.
type Gateway interface {
	// Post sends one body of NDJSON; ends are where its lines end. A *Busy may be sent again; any
	// other error refuses the sender. The body may be read until the next call after a nil error.
	Post(ctx context.Context, body []byte, ends []int) (Answer, error)
}

// Answer is what a gateway said of each record.
type Answer struct {
	Rejected int64
	Refused  []ledger.Refusal // the rejected, or as many of them as the gateway lists
}

// Busy is the error of a request that may be sent again.
type Busy struct {
	Status int           // of the answer; 0 = there was none
	After  time.Duration // not before; 0 = as the sender likes
	Err    error
}

// Error is the cause.
func (b *Busy) Error() string { return b.Err.Error() }

// Unwrap is the cause.
func (b *Busy) Unwrap() error { return b.Err }

// Topic takes records as apps write them themselves; internal/kafka's Publisher is one.
type Topic interface {
	Publish(ctx context.Context, topic string, records []pipelines.Record) error
}

// Book is the ledger while it is written.
type Book interface {
	Issue(to int64) error
	Outcome(o ledger.Outcome) error
	Sample(s ledger.Sample) error
	Life(l ledger.Life) error
}

// Offsets says where the readers of the topic stand now.
type Offsets interface {
	Sample(ctx context.Context) (ledger.Sample, error)
}

// Counters says what each process has counted; one that does not answer is left out. Where nobody listens, Gone
// says when, and no process has begun: it has no Started.
type Counters interface {
	Living(ctx context.Context) []ledger.Life
}

// Watcher is told how the load goes, about ten times a second.
type Watcher interface {
	Progress(p Progress)
}

// Progress of a load, in records.
type Progress struct {
	Due, Total int64 // of the plan
	Answered   int64 // acknowledged or refused, doubles included
	Backlog    int64 // due and waiting for a free connection
	Skipped    int64 // due and never sent
	Retries    int64 // requests sent again
	Behind     int64 // sent, and not committed by a reader yet; -1 while that is not looked at: before the end of sending
}

// Deps are what a load works with. Topic may be nil when no poison goes there; Offsets may
// be nil: the ledger then proves nothing about offsets. Counters may be nil: it then says nothing of processes that end.
type Deps struct {
	Gateway  Gateway
	Topic    Topic
	Book     Book
	Offsets  Offsets
	Counters Counters
	Watcher  Watcher
}
