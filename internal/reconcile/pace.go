package reconcile

import (
	"context"
	"time"
)

// pace keeps work below a rate.
type pace struct {
	rate  int // a second; 0 = as fast as it goes
	since time.Time
	n     int
}

// worthwhile is the shortest wait that is waited.
const worthwhile = 20 * time.Millisecond

// did waits until so much more may have been done.
func (p *pace) did(ctx context.Context, n int) error {
	if p.rate <= 0 || n == 0 {
		return nil
	}
	if p.since.IsZero() {
		p.since = time.Now()
	}
	p.n += n
	ahead := time.Duration(float64(p.n)/float64(p.rate)*float64(time.Second)) - time.Since(p.since)
	if ahead < worthwhile {
		return nil
	}
	return pause(ctx, ahead)
}

// pause sleeps, or returns why it should not.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
