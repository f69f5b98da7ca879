package pipelines

// Verdict is what became of a record.
type Verdict uint8

// The verdicts. Stored, Stale, Duplicate and Poison (once its dead letter is
// acknowledged) settle a record; the others do not.
const (
	Unsettled Verdict = iota // the zero value is never safe to commit
	Stored                   // durable in the store
	Stale                    // too old to matter, or the store holds something newer
	Duplicate                // the store holds this very record already
	Retry                    // the store is busy; the item is fine
	Poison                   // the item will never be accepted: dead-letter it
	Refused                  // the store refuses us, not the item: stop and say so, lose nothing
)

var verdictNames = [...]string{"unsettled", "stored", "stale", "duplicate", "retry", "poison", "refused"} //nolint:gochecknoglobals // a constant table

// String is the verdict's name in metrics and headers.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return "unknown"
}

// Final reports whether the store's answer ends the matter. Poison is final for the
// store, and settled once its dead letter is acknowledged.
func (v Verdict) Final() bool {
	switch v {
	case Stored, Stale, Duplicate, Poison:
		return true
	case Unsettled, Retry, Refused:
		return false
	}
	return false
}

// Stage is one of the eight words: where on the path something happened.
type Stage string

// The path, in order.
const (
	StageSource  Stage = "source"
	StageDecode  Stage = "decode"
	StageGate    Stage = "gate"
	StageProcess Stage = "process"
	StageBatch   Stage = "batch"
	StageSink    Stage = "sink"
	StageSettle  Stage = "settle"
	StageCommit  Stage = "commit"
)
