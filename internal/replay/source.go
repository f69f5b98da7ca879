package replay

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"sluice/pipelines"
)

// source is one partition up to where the replay ends in it.
type source struct {
	inner   pipelines.Source
	end     int64 // exclusive
	limit   *rate.Limiter
	settled func() // called once, when all below the end is committed

	mu        sync.Mutex
	polled    int64 // the offset behind the last record given; 0 before the first
	committed int64
	exhausted bool // nothing below the end is left to give
}

var _ pipelines.Source = (*source)(nil)

// idleAfter is how long a source waits for a record before it looks whether any is left: what
// ends the range may be no record at all.
const idleAfter = 500 * time.Millisecond

// Poll gives records below the end, and waits for ctx to end behind the last.
func (s *source) Poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	dst = dst[:min(len(dst), s.limit.Burst())]
	for !s.ended() {
		n, err := s.poll(ctx, dst)
		if ctx.Err() != nil && n == 0 {
			return 0, context.Cause(ctx)
		}
		if err != nil {
			return 0, err
		}
		if n = s.cut(dst[:n]); n > 0 {
			if err := s.limit.WaitN(ctx, n); err != nil && ctx.Err() != nil {
				return 0, context.Cause(ctx)
			}
			return n, nil
		}
	}
	<-ctx.Done()
	return 0, context.Cause(ctx)
}

// poll is the inner source's, but for waiting at the end of the log.
func (s *source) poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	wait, cancel := context.WithTimeout(ctx, idleAfter)
	defer cancel()
	n, err := s.inner.Poll(wait, dst)
	if n > 0 || ctx.Err() != nil || wait.Err() == nil {
		return n, err
	}
	if s.inner.Lag() == 0 { // the log is read to its end, which is at or behind ours
		s.exhaust()
	}
	return 0, nil
}

// cut takes the records below the end.
func (s *source) cut(records []pipelines.Record) int {
	n := 0
	for n < len(records) && records[n].Offset < s.end {
		n++
	}
	if n > 0 {
		s.mu.Lock()
		s.polled = records[n-1].Offset + 1
		s.mu.Unlock()
	}
	if n < len(records) || (n > 0 && records[n-1].Offset == s.end-1) {
		s.exhaust()
	}
	return n
}

// Commit is the inner source's.
func (s *source) Commit(ctx context.Context, next int64) error {
	if err := s.inner.Commit(ctx, next); err != nil {
		return err
	}
	s.mu.Lock()
	s.committed = max(s.committed, next)
	over := s.exhausted && s.committed >= s.polled
	s.mu.Unlock()
	if over {
		s.settled()
	}
	return nil
}

// Lag counts what is left below the end, as far as the log goes.
func (s *source) Lag() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exhausted {
		return 0
	}
	if s.polled == 0 {
		return s.inner.Lag()
	}
	return min(s.inner.Lag(), s.end-s.polled)
}

func (s *source) exhaust() {
	s.mu.Lock()
	s.exhausted = true
	over := s.committed >= s.polled
	s.mu.Unlock()
	if over {
		s.settled()
	}
}

func (s *source) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exhausted
}

// over says that all below the end is committed.
func (s *source) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exhausted && s.committed >= s.polled
}
