package elastic

import (
	"context"
	"errors"
	"fmt"

	"sluice/pipelines"
)

// Merge appends to dst the document of what held and fresh, two documents under one id, say together,
// and reports whether that is more than held says; held is nil when there is none. It must be
// commutative, associative and idempotent: then the order and the number of writes do not matter. An
// error makes fresh Poison.
type Merge func(dst, held, fresh []byte) (merged []byte, changed bool, err error)

// Merging is a sink whose documents are merged with what their index holds, not replaced: the targets of
// all its writes must be of documents that this Merge knows. Every write has the version 0.
//
// A batch is one multi-get, which sees what was written a moment ago, and one bulk request. Each
// document replaces the very one that it was merged into, or none: whoever comes between, such as an
// owner that has not noticed that it is none any more, loses nothing and makes us read again.
type Merging struct {
	sink  *Sink
	merge Merge
}

var _ pipelines.Sink = (*Merging)(nil)

// Reasons of merged writes.
const (
	reasonConflict   = "conflict"    // somebody else wrote the document meanwhile
	reasonNothingNew = "nothing_new" // the document says all that already
	reasonUnmerged   = "not_mergeable"
)

// NewMerging makes a sink; it does not speak to the server yet.
func NewMerging(cfg Config, obs Observer, merge Merge) (*Merging, error) {
	if merge == nil {
		return nil, errors.New("elastic: a way to merge is needed")
	}
	sink, err := New(cfg, obs)
	if err != nil {
		return nil, err
	}
	return &Merging{sink: sink, merge: merge}, nil
}

// Close ends the connections that are not in use.
func (m *Merging) Close() { m.sink.Close() }

// maxRounds is how often a document is read again at once when somebody else wrote it meanwhile; then its
// writes are Retry.
const maxRounds = 3

// Write merges the writes into their documents. One that says nothing new is Duplicate, and is not sent. The
// error is not nil when nothing can be said of any write: the documents could not be read, or no request was answered.
func (m *Merging) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	if len(writes) != len(results) {
		return fmt.Errorf("merging: %d results for %d writes", len(results), len(writes))
	}
	sc, ok := m.sink.scratch.Get().(*scratch)
	if !ok {
		sc = new(scratch)
	}
	defer m.sink.scratch.Put(sc)
	work := merging{Merging: m, scratch: sc, writes: writes, results: results}
	open := work.gather()
	for range maxRounds {
		if len(open) == 0 {
			return nil
		}
		if err := work.read(ctx, open); err != nil {
			return err
		}
		if err := work.send(ctx, open); err != nil {
			return err
		}
		open = work.conflicts(open)
	}
	return nil
}

// merging is one call of Write on its way.
type merging struct {
	*Merging
	scratch *scratch
	writes  []pipelines.Write
	results []pipelines.Result
}

// union is the writes of one document.
type union struct {
	at     []int  // their places in the batch
	held   []byte // what the index has, nil when it has none
	guard  guard
	merged []byte           // what is to be there, nil when that says nothing new
	told   pipelines.Result // what became of it; Unsettled until it was read and sent
}

// gather puts the writes of one document together and settles those that can never be sent.
func (m *merging) gather() []*union {
	type place struct{ target, key string }
	unions := make(map[place]*union, len(m.writes))
	open := make([]*union, 0, len(m.writes))
	for i := range m.writes {
		w := &m.writes[i]
		if reason := m.sink.unfit(w); reason != "" {
			m.results[i] = pipelines.Result{Verdict: pipelines.Poison, Reason: reason}
			continue
		}
		of := place{w.Target, string(w.Key)}
		u := unions[of]
		if u == nil {
			u = &union{}
			unions[of] = u
			open = append(open, u)
		}
		u.at = append(u.at, i)
	}
	return open
}

// conflicts are the documents that somebody else wrote between our reading and our writing.
func (m *merging) conflicts(sent []*union) []*union {
	open := sent[:0]
	for _, u := range sent {
		if u.told.Verdict == pipelines.Retry && u.told.Reason == reasonConflict {
			open = append(open, u)
		}
	}
	return open
}
