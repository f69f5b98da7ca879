package pipelines

// Stream is what the records of one pipeline mean. Each lane has its own, so that a
// stream may keep state per key without a lock; T is the typed record, reused from one
// record to the next.
type Stream[T any] interface {
	// Decode reads the bytes once into v, which it resets first. A *Rejection makes the
	// record Poison with its reason; so does any other error, with reason "decode".
	Decode(rec *Record, v *T) error

	// Gate drops what is not worth carrying on: a verdict of Unsettled lets it pass, any
	// other (Stale, Duplicate) settles it with that reason. now is ms since 1970 UTC. seat
	// is where an Identified stream may keep what it remembers of the record's identity;
	// it is the zero Seat for the others.
	Gate(v *T, seat Seat, now int64) (Verdict, string)

	// Process appends what the write is made of (its key, its document) to arena and returns
	// the grown arena with the write, whose slices lie in it.
	Process(v *T, arena []byte) ([]byte, Write)
}

// Identified is a Stream whose newest record per identity is enough: within the
// coalescing window only that one is written. The key may alias the record; look-ups are
// fastest when it equals the record's own key.
type Identified[T any] interface {
	Stream[T]
	Identity(v *T) (key []byte, version int64)
}
