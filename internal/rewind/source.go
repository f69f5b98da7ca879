package rewind

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sluice/pipelines"
)

// source is a partition during one life of its lane. It is opened by its first Poll, so that a lane whose
// store is away is seen to stand still like any other.
type source struct {
	Source
	rewinder *Rewinder
	part     pipelines.Partition
	open     chan struct{} // closed once it is
	opened   bool          // Poll's own
	floor    int64         // the group's commit when it was opened: what is below is settled a second time

	mu       sync.Mutex
	handed   int64     // the offset behind the last record given to the lane
	empty    int64     // the offset up to which there is nothing behind that, as of the last idle look
	raised   int64     // the watermark that all buckets have
	looked   time.Time // when that was found, or found again
	replay   *Report
	replayed time.Time // when it began
}

// idleAfter is how long Poll waits before it takes notice of offsets that hold no record.
const idleAfter = 500 * time.Millisecond

// Poll opens the partition, which may take it back, and then reads.
func (s *source) Poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	if !s.opened {
		if err := s.begin(ctx); err != nil {
			return 0, err
		}
	}
	for {
		n, err := s.poll(ctx, dst)
		switch {
		case n > 0:
			s.mu.Lock()
			s.handed = dst[n-1].Offset + 1
			s.mu.Unlock()
			return n, err
		case ctx.Err() != nil:
			return 0, context.Cause(ctx)
		case err != nil:
			return 0, err
		}
		s.mu.Lock()
		s.empty = s.Position() // between two polls: nothing of it is on its way
		s.mu.Unlock()
	}
}

// poll is the inner source's, for a while.
func (s *source) poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	wait, cancel := context.WithTimeout(ctx, idleAfter)
	defer cancel()
	n, err := s.Source.Poll(wait, dst)
	if n == 0 && wait.Err() != nil {
		return 0, nil
	}
	return n, err
}

// begin finds where to read from and goes there.
func (s *source) begin(ctx context.Context) error {
	report, err := s.rewinder.begin(ctx, s.Source, s.part)
	if err != nil {
		return err
	}
	if s.Position() != report.From { // below the commit, or behind it where the lane before had read on
		if err := s.Rewind(ctx, report.From); err != nil {
			return fmt.Errorf("rewinding %v to %d: %w", s.part, report.From, err)
		}
	}
	s.mu.Lock()
	s.floor, s.handed, s.raised = report.To, report.From, report.From
	if report.Replays() {
		s.replay, s.replayed = &report, time.Now()
	}
	s.mu.Unlock()
	s.opened = true
	close(s.open)
	if !report.empty() {
		s.rewinder.deps.Observer.Rewound(report)
	}
	return nil
}

// Commit lifts the watermarks first: the group's commit never passes what some bucket lacks. One below
// the group's own is no commit.
func (s *source) Commit(ctx context.Context, next int64) error {
	if err := s.raise(ctx, next); err != nil {
		return fmt.Errorf("raising the watermarks of %v to %d: %w", s.part, next, err)
	}
	if next < s.floor {
		return pipelines.ErrBehind
	}
	return s.Source.Commit(ctx, next)
}

// raise lifts the watermarks, or finds that they are gone.
func (s *source) raise(ctx context.Context, next int64) error {
	if err := s.rewinder.deps.Store.Raise(ctx, s.part, next); err != nil {
		return err
	}
	s.mu.Lock()
	s.raised, s.looked = max(s.raised, next), time.Now()
	done := s.replay
	if done != nil && s.raised >= done.To {
		s.replay = nil
	} else {
		done = nil
	}
	s.mu.Unlock()
	if done != nil {
		s.rewinder.deps.Observer.Replayed(*done, time.Since(s.replayed))
	}
	return nil
}

// settled is the offset below which all is settled, as far as that is known: behind the last record there
// may be offsets that hold none, and nobody commits those. late is false when a commit has only just looked at the
// watermarks, and has nothing left to lift.
func (s *source) settled() (next int64, late bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next = s.raised
	if s.raised >= s.handed {
		next = max(s.raised, s.empty)
	}
	return next, next > s.raised || time.Since(s.looked) >= s.rewinder.cfg.CheckEvery/2
}
