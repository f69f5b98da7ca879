package send

import (
	"sync"
	"time"
)

// Summary is what became of everything that the files held:
// Read = Accepted + Rejected + Unsent, beside what was Unreadable.
type Summary struct {
	Read       int64            `json:"read"`
	Accepted   int64            `json:"accepted"`
	Rejected   int64            `json:"rejected"`
	Unsent     int64            `json:"unsent"`          // never acknowledged, or not known to be
	Unreadable int64            `json:"unreadable"`      // cannot be written as a ping
	Reasons    map[string]int64 `json:"reasons"`         // of the rejected, by code and field; "unlisted" beyond what the gateway lists
	Retries    int64            `json:"retries"`         // requests sent again
	ShiftMS    int64            `json:"shiftMs"`         // added to every event time
	Lines      []string         `json:"lines,omitempty"` // the first unreadable ones, with their cause
	Seconds    float64          `json:"seconds"`
}

// maxLines bounds the unreadable lines that are named.
const maxLines = 20

// tally is the summary while it grows, from many goroutines.
type tally struct {
	mu    sync.Mutex
	sum   Summary
	start time.Time
}

func newTally() *tally {
	return &tally{sum: Summary{Reasons: map[string]int64{}}, start: time.Now()}
}

func (t *tally) read() {
	t.mu.Lock()
	t.sum.Read++
	t.mu.Unlock()
}

func (t *tally) unreadable(file string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum.Unreadable++
	if len(t.sum.Lines) < maxLines {
		t.sum.Lines = append(t.sum.Lines, file+": "+err.Error())
	}
}

func (t *tally) answered(a Answer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum.Accepted += a.Accepted
	t.sum.Rejected += a.Rejected
	listed := int64(0)
	for _, e := range a.Errors {
		reason := e.Code
		if e.Field != "" {
			reason += " " + e.Field
		}
		t.sum.Reasons[reason]++
		listed++
	}
	if listed < a.Rejected {
		t.sum.Reasons["unlisted"] += a.Rejected - listed
	}
}

func (t *tally) again() {
	t.mu.Lock()
	t.sum.Retries++
	t.mu.Unlock()
}

// finish counts as unsent what has no other end.
func (t *tally) finish() Summary {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum.Unsent = t.sum.Read - t.sum.Accepted - t.sum.Rejected
	t.sum.Seconds = time.Since(t.start).Seconds()
	return t.sum
}

func (t *tally) shifted(ms int64) {
	t.mu.Lock()
	t.sum.ShiftMS = ms
	t.mu.Unlock()
}
