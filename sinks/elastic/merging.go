package elastic

import (
	"context"

	"sluice/pipelines"
	"sluice/schemas"
)

// Some documents are not replaced but merged with what their index holds. The merge is commutative,
// associative and idempotent, so that the order and the number of writes do not matter (schemas.Order).
//
// A batch of them is one multi-get, which sees what was written a moment ago, and one bulk request. Each
// document replaces the very one that it was merged into, or none: whoever comes between, such as an
// owner that has not noticed that it is none any more, loses nothing and makes us read again.

// merges reports whether the documents of a target are merged.
func merges(target string) bool { return schemas.IsOrderIndex(target) }

// sameWay is how many writes from the first on are written as it is; one pipeline's all are.
func sameWay(writes []pipelines.Write) int {
	way := merges(writes[0].Target)
	for n := 1; n < len(writes); n++ {
		if writes[n].Target != writes[n-1].Target && merges(writes[n].Target) != way {
			return n
		}
	}
	return len(writes)
}

// Reasons of merged writes.
const (
	reasonConflict   = "conflict"    // somebody else wrote the document meanwhile
	reasonNothingNew = "nothing_new" // the document says all that already
	reasonUnmerged   = "not_mergeable"
)

// maxRounds is how often a document is read again at once when somebody else wrote it meanwhile; then its
// writes are Retry.
const maxRounds = 3

// merge merges the writes into their documents. One that says nothing new is Duplicate, and is not sent. The
// error is not nil when nothing can be said of any write: the documents could not be read, or no request was answered.
func (s *Sink) merge(ctx context.Context, writes []pipelines.Write, results []pipelines.Result, sc *scratch) error {
	work := merging{sink: s, scratch: sc, writes: writes, results: results}
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

// merging is one call of merge on its way.
type merging struct {
	sink    *Sink
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
