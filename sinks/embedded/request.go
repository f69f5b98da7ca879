package embedded

import (
	"bytes"
	"cmp"
	"sync/atomic"

	"sluice/pipelines"
	"sluice/schemas"
)

// row is one write, checked and ready for its file.
type row struct {
	key, body []byte
	version   int64
	slot      int64
	at        int64          // event time, when moved
	moved     bool           // the event time is not the one in the key
	driver    *driver        // who it is about, nil where nobody searches by place
	order     *schemas.Order // what it says, nil unless it is of an order
	place     int            // in the batch
	changed   bool           // the statement changed a row
	crowded   bool           // no statement was run: there are too many drivers
}

// compare is the order of a file's index: rows that come together lie together, which spares pages.
func (r *row) compare(s *row) int {
	if r.slot != s.slot {
		return cmp.Compare(r.slot, s.slot)
	}
	return bytes.Compare(r.key, s.key)
}

// request is the share of one batch that goes into one file.
type request struct {
	target string
	family *family
	rows   []row
	state  atomic.Int32
	failed error // why none of it is stored; nil when all of it was decided
	done   chan struct{}
}

// Who has a request: it is the writer's once taken, and then its caller waits for the end of the
// transaction, since the batch's memory is in use.
const (
	waiting int32 = iota
	taken
	left
)

func (r *request) take() bool  { return r.state.CompareAndSwap(waiting, taken) }
func (r *request) leave() bool { return r.state.CompareAndSwap(waiting, left) }

// begin makes an empty request of one that was used before, or of a new one.
func (r *request) begin(f *family, target string) {
	r.target, r.family, r.rows, r.failed, r.done = target, f, r.rows[:0], nil, make(chan struct{})
	r.state.Store(waiting)
}

// settle fills in the results of a request that is done.
func (r *request) settle(results []pipelines.Result) {
	kept := r.family.unchanged()
	if r.failed != nil {
		answer := judge(r.failed)
		for i := range r.rows {
			results[r.rows[i].place] = answer
		}
		return
	}
	for i := range r.rows {
		answer := kept
		switch {
		case r.rows[i].changed:
			answer = pipelines.Result{Verdict: pipelines.Stored}
		case r.rows[i].crowded:
			answer = pipelines.Result{Verdict: pipelines.Poison, Reason: reasonTooManyDrivers}
		}
		results[r.rows[i].place] = answer
	}
}

// unchanged is the verdict of a write that found its key there.
func (f *family) unchanged() pipelines.Result {
	if f.orders {
		return pipelines.Result{Verdict: pipelines.Duplicate, Reason: reasonNothingNew}
	}
	if f.versions {
		return pipelines.Result{Verdict: pipelines.Stale, Reason: "version_conflict"}
	}
	return pipelines.Result{Verdict: pipelines.Duplicate, Reason: "exists"}
}
