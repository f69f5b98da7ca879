package pipelines

import "context"

// Write is one intended change of a store. Every byte slice in it stays unchanged until
// its batch has been settled.
type Write struct {
	Target  string // index, stream or key family, named by schemas
	Key     []byte // identity in the target
	Version int64  // above 0: newest wins, an older one is Stale; 0: create, an existing one is Duplicate
	Body    []byte // the document
	Time    int64  // event time, ms since 1970 UTC: where freshness is measured from
	Expires int64  // ms since 1970 UTC after which it is not worth writing; 0 = never
	Unknown int    // fields of the record that the schema does not know and the document leaves out

	From   *Partition // where its record was read; the lane fills it in. It is not to be changed
	Offset int64      // of that record
}

// Sink makes writes durable.
type Sink interface {
	// Write attempts every write once and puts what became of writes[i] into results[i]
	// (the two have one length; results come in zeroed). A non-nil error means that no
	// result can be trusted: the whole batch stays Unsettled and is offered again. It is
	// called from many goroutines at once.
	Write(ctx context.Context, writes []Write, results []Result) error
}

// Result is what a store said about one write.
type Result struct {
	Verdict Verdict
	Status  int    // the store's own code (an HTTP status), 0 when there is none
	Reason  string // a short stable word, "" for Stored; it never carries a document's body
}

// DeadLetters keeps what will never be accepted.
type DeadLetters interface {
	// Publish returns nil only once every letter is durable. It keeps none of the letters'
	// memory after it has returned, whatever it returns. An error that has a method
	// `RecordIndex() int` names a letter that is too large ever to be kept: it is offered
	// again cut short. Any other error is temporary.
	Publish(ctx context.Context, letters []DeadLetter) error
}

// DeadLetter is a record that ended as Poison, with all that a person needs to mend and requeue it.
type DeadLetter struct {
	Record Record    // the original bytes, unless Detail says that they were cut short
	From   Partition // where it was read
	Stage  Stage     // which stage gave it up
	Reason string    // the same word as in the metrics
	Status int       // the store's code, 0 when no store was asked
	Detail string    // one line for a person; never the document's body
	At     int64     // when, ms since 1970 UTC
	short  bool      // key, value or headers are not whole: see Detail
}
