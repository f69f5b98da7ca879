package rewind

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/pipelines"
)

// watch looks from time to time whether the store still has what this lane brought it, and ends the
// lane when it has not: one that gets no records would never find out.
func (s *source) watch(ctx context.Context, end context.CancelCauseFunc) {
	select {
	case <-s.open:
	case <-ctx.Done():
		return
	}
	tick := time.NewTicker(s.rewinder.cfg.CheckEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		next, late := s.settled()
		if !late {
			continue
		}
		err := s.raise(ctx, next)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, pipelines.ErrLost):
			end(fmt.Errorf("looking at the watermarks of %v: %w", s.part, err))
			return
		case err != nil:
			s.rewinder.deps.Observer.RewindFailed(s.part, fmt.Errorf("looking at the watermarks: %w", err))
		}
	}
}
