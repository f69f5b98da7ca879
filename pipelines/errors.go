package pipelines

import "errors"

// Why a lane's context ended, and what its source then says.
var (
	// ErrRevoked ends a lane whose partition goes to another member.
	ErrRevoked = errors.New("partition revoked")
	// ErrStopped ends every lane of a process that stops.
	ErrStopped = errors.New("pipeline stopped")
	// ErrFenced answers a commit that comes after the partition has gone.
	ErrFenced = errors.New("partition is no longer ours")
	// ErrLost is what a sink's Write says when its store knows less than it did, because it went
	// back or begins anew, and what ends the lane then: what it has settled may be gone, so that
	// nothing more of it may be committed, and its partition is to be read again from further back.
	ErrLost = errors.New("the store has lost what it knew")
	// ErrBehind answers a commit below one that the group has already: nothing is changed, and
	// nothing is wrong. A lane that reads again what was settled once hears it until it is through.
	ErrBehind = errors.New("the group's commit is further on")
)

// Rejection is the error of a Decode that will never succeed: the record is Poison.
type Rejection struct {
	Reason string // a short stable word, a metric label: "bad_json", "out_of_range"
	Detail string // one line for a person; never the document's body
}

// Error is the reason and the detail.
func (r *Rejection) Error() string { return r.Reason + ": " + r.Detail }
