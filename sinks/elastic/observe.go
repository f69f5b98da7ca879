package elastic

import "time"

// Observer is told what the sink does; it must not block, and is called from many
// goroutines at once.
type Observer interface {
	// Requested reports one bulk request that ended.
	Requested(r Request)

	// Limited reports a new limit of bulk requests in flight.
	Limited(requests int)
}

// Request is one bulk request.
type Request struct {
	Status int           // HTTP status; 0 when there was no answer
	Writes int           // items in it
	Bytes  int           // its body before compression
	Took   time.Duration // until the whole answer was read
	Busy   int           // items that were answered 429
	Err    error         // why no answer can be trusted; nil when there is one
}
