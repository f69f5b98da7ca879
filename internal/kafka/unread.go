package kafka

import (
	"context"
	"fmt"
	"sync"
)

// unread are offsets of a partition that will never be read: retention has taken them, or they
// cannot be. A commit that has come up to them goes on behind them, so that they are
// reported once and not again by whoever reads the partition next.
type unread struct {
	mu    sync.Mutex
	spans []hole // ascending
}

// add takes notice of offsets behind all that were read or added before.
func (u *unread) add(gone hole) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.spans = append(u.spans, gone)
}

// behind is next, or the offset behind what follows it and is never read. What lies further
// back is forgotten.
func (u *unread) behind(next int64) int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	for len(u.spans) > 0 && u.spans[0].to <= next {
		u.spans = u.spans[1:]
	}
	for _, gone := range u.spans {
		if gone.from > next {
			break
		}
		next = gone.to
	}
	return next
}

// forget begins again: what is read next lies further back.
func (u *unread) forget() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.spans = nil
}

// pass takes notice of offsets that will never be read, and commits behind them when all
// before them is committed already: no record need ever come behind them.
func (s *source) pass(ctx context.Context, gone hole) {
	s.unread.add(gone)
	if s.reached() != gone.from {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, putWithin)
	defer cancel()
	if err := s.Commit(ctx, gone.to); err != nil && ctx.Err() == nil {
		s.fetcher.obs.GroupFailed(fmt.Errorf("committing behind what is gone: %w", err))
	}
}
