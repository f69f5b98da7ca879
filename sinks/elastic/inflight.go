package elastic

import (
	"context"
	"math"
	"sync"
	"time"
)

// inflight limits the bulk requests under way, and adapts the limit: one more after a
// round trip that used it all and queued little at the server, fewer after pushback or
// when answers slow down.
//
// Slowing is measured as TCP Vegas does: limit x (1 - base/now) estimates how many of our
// requests wait in the server's queue, base being the best cost per byte seen of late. A mere
// mean would follow a slow rise and never object. The base is measured afresh from time to
// time by one request alone, since a server may become slower for good.
type inflight struct {
	most    int
	report  func(requests int)
	mu      sync.Mutex
	limit   float64
	under   int             // requests under way
	waiting []chan struct{} // first come, first served
	full    bool            // the limit was reached in this round
	base    float64         // best cost of late, ns per weighed byte; 0 = not known
	mean    float64         // its moving mean
	changed time.Time       // end of the last change: answers to older requests say nothing of it
	since   int             // rounds since the base was measured afresh
	resume  float64         // the limit to go back to once a lone request has measured the base; 0 = none is to
	told    int             // limit last reported
}

// trip is one request that ended.
type trip struct {
	start    time.Time
	took     time.Duration
	bytes    int
	pushback float64 // share of its items that were answered 429, 0 to 1
	failed   bool    // no answer, for another cause than our own stop
}

// How the limit moves.
const (
	startInFlight = 2    // two are faster than one by half: Elasticsearch parses one while it syncs the other
	shrink        = 0.7  // times the limit after pushback or slowing
	queueFew      = 1.0  // below so many requests in the server's queue the limit grows
	queueMany     = 3.0  // above so many it shrinks
	meanWeight    = 0.3  // of the newest cost in its mean
	freshRounds   = 200  // rounds after which the base is measured again
	fixedBytes    = 64e3 // what a request costs beside its bytes, in bytes
)

func newInflight(most int, report func(requests int)) *inflight {
	l := &inflight{most: most, report: report, limit: float64(min(startInFlight, most))}
	l.tell()
	return l
}

// acquire waits until one more request may be sent. Its error is the context's cause.
func (l *inflight) acquire(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	l.mu.Lock()
	if len(l.waiting) == 0 && l.under < l.allowed() {
		l.enter()
		l.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	l.waiting = append(l.waiting, turn)
	l.full = true
	l.mu.Unlock()

	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		l.leaveQueue(turn)
		return context.Cause(ctx)
	}
}

// allowed is the limit in whole requests; rounded, so that a slight reduction of a small
// limit does not halve it.
func (l *inflight) allowed() int { return int(math.Round(l.limit)) }

func (l *inflight) enter() {
	l.under++
	l.full = l.full || l.under >= l.allowed()
}

// leaveQueue gives up a turn, or hands it on when it came at the same moment.
func (l *inflight) leaveQueue(turn chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, other := range l.waiting {
		if other == turn {
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			return
		}
	}
	l.under--
	l.admit()
}

// release ends a request and learns from it.
func (l *inflight) release(t trip) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.under--
	l.learn(t)
	l.admit()
	l.tell()
}

// admit lets the first in the queue go, as far as the limit allows.
func (l *inflight) admit() {
	for len(l.waiting) > 0 && l.under < l.allowed() {
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
		l.enter()
	}
}

func (l *inflight) tell() {
	if now := l.allowed(); now != l.told {
		l.told = now
		l.report(now)
	}
}
