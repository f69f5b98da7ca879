package elastic

import (
	"context"
	"fmt"

	"sluice/pipelines"
	"sluice/schemas"
)

// fold merges the writes of a document, one after the other, into what is held. Each write that adds
// nothing is settled.
func (m *merging) fold(u *union) {
	u.merged, u.told = nil, pipelines.Result{}
	known := u.held
	for _, i := range u.at {
		merged, changed, err := schemas.MergeOrders(nil, known, m.writes[i].Body)
		switch {
		case err != nil:
			m.results[i] = pipelines.Result{Verdict: pipelines.Poison, Reason: reasonUnmerged}
		case !changed:
			m.results[i] = pipelines.Result{Verdict: pipelines.Duplicate, Reason: reasonNothingNew}
		default:
			m.results[i] = pipelines.Result{}
			known, u.merged = merged, merged
		}
	}
}

// send writes what has something new in it, each document guarded by what it was merged into, and settles
// the writes.
func (m *merging) send(ctx context.Context, read []*union) error {
	fresh := make([]*union, 0, len(read))
	writes := make([]pipelines.Write, 0, len(read))
	m.scratch.guards = make([]guard, 0, len(read))
	for _, u := range read {
		if u.told.Verdict != pipelines.Unsettled {
			continue // it could not be read
		}
		if m.fold(u); u.merged == nil {
			continue
		}
		w := m.writes[u.at[0]]
		w.Version, w.Body = 0, u.merged
		fresh, writes = append(fresh, u), append(writes, w)
		m.scratch.guards = append(m.scratch.guards, u.guard)
	}
	results := make([]pipelines.Result, len(writes))
	b := batch{sink: m.sink, scratch: m.scratch, writes: writes, results: results}
	if err := b.run(ctx); err != nil {
		return fmt.Errorf("merging: %w", err)
	}
	for i, u := range fresh {
		u.told = results[i]
		m.settle(u)
	}
	return nil
}

// settle gives a document's fate to its writes. One that only repeats what came before it in this very batch is no
// Duplicate unless that is stored.
func (m *merging) settle(u *union) {
	added := u.merged == nil
	for _, i := range u.at {
		switch r := &m.results[i]; {
		case r.Verdict == pipelines.Poison:
		case r.Verdict != pipelines.Duplicate:
			*r, added = u.told, true
		case added && u.told.Verdict != pipelines.Stored:
			*r = u.told
		}
	}
}
