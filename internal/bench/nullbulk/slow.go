package nullbulk

import (
	"context"
	"sync"
	"time"
)

// slowness is how long an answer waits; a change reaches those that wait already.
type slowness struct {
	mu      sync.Mutex
	latency time.Duration
	changed chan struct{}
}

func (s *slowness) set(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = d
	if s.changed != nil {
		close(s.changed)
	}
	s.changed = make(chan struct{})
}

func (s *slowness) now() (time.Duration, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.latency, s.changed
}

// wait returns once the latency has passed since it was called, or ctx has ended.
func (s *slowness) wait(ctx context.Context) {
	begin := time.Now()
	for {
		latency, changed := s.now()
		left := latency - time.Since(begin)
		if left <= 0 {
			return
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-changed:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}
