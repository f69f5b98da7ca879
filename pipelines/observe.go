package pipelines

import "time"

// Observer is told what happens on the path; it must not block, and is called from many
// goroutines at once. The path itself never logs.
type Observer interface {
	// Settled counts n records of a partition that ended with that verdict, exactly once
	// each. Unsettled counts records that a lane gave up on revocation or stop: they are
	// not lost, another lane reads them again. For every pipeline and at any rest:
	// consumed = stored + stale + duplicate + poison + unsettled.
	Settled(part Partition, verdict Verdict, reason string, n int)

	// Wrote reports one attempt at a batch.
	Wrote(part Partition, attempt Attempt)

	// Noted reports everything else, one event each.
	Noted(part Partition, event Event)
}

// Attempt is one call of the sink.
type Attempt struct {
	Start   time.Time     // when the sink was called
	Writes  int           // writes offered
	Bytes   int           // their bodies, bytes
	Took    time.Duration // the sink's answer
	Retries int           // of them, writes that must be offered again
	Err     error         // the whole attempt failed
	Fresh   Freshness     // event -> stored, of the writes stored by this attempt
	Sample  Write         // one write that was stored, to be looked for by a search; Key is nil when none was
	Records []Record      // those of the batch, also when only some are offered again; valid during the call
}

// Kind is what an Event is about.
type Kind uint8

// The kinds of events.
const (
	Assigned  Kind = iota + 1 // a lane began
	Consumed                  // N records polled
	Committed                 // offset N is durable; Value is the lag in records
	Retrying                  // N writes wait for another attempt; Reason says why
	RefusedBy                 // the store refuses us: an operator is needed; Reason says why
	Accepted                  // the store takes writes again after Retrying or RefusedBy
	Blocked                   // a limit is reached: the lane stops polling
	Flowing                   // the lane polls again
	Stalled                   // lag, and no progress for Took
	Moving                    // the end of a stall
	Drained                   // a lane ended after Took with all settled and committed
	Abandoned                 // a lane ended after Took with N records unsettled; Value is how many were settled and are not committed
	Unknown                   // N unknown fields were left out of the store
	Pulse                     // every few seconds: N records unsettled, the oldest for Took; Value is the lag in records
	Failed                    // Err, at Stage; the lane carries on. N is how many records it is about, of a commit the offset
)

// Event is one thing that happened on a lane.
type Event struct {
	Kind   Kind
	Stage  Stage
	N      int64
	Value  int64
	Took   time.Duration
	Reason string
	Err    error
}
