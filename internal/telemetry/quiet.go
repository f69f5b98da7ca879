package telemetry

import (
	"sync"
	"time"
)

// quiet lets the first line of a kind through and then one per interval, and says how
// many it kept back. It remembers at most maxQuietKeys kinds.
type quiet struct {
	mu    sync.Mutex
	every time.Duration
	last  map[string]*quietKey
}

type quietKey struct {
	at   time.Time
	held int
}

const maxQuietKeys = 1024

func newQuiet(every time.Duration) *quiet {
	return &quiet{every: every, last: map[string]*quietKey{}}
}

// pass tells whether a line of that kind is due now, and how many were held since the
// one before.
func (q *quiet) pass(kind string, now time.Time) (bool, int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	key, ok := q.last[kind]
	if !ok {
		if len(q.last) >= maxQuietKeys {
			clear(q.last)
		}
		q.last[kind] = &quietKey{at: now}
		return true, 0
	}
	if now.Sub(key.at) < q.every {
		key.held++
		return false, 0
	}
	held := key.held
	key.at, key.held = now, 0
	return true, held
}
