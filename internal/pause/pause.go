// Package pause waits for a time to pass, and no longer than somebody wants it to.
package pause

import (
	"context"
	"time"
)

// For waits for so long; the error is the cause of ctx's end, which ends it early, and also when there is nothing to wait
// for.
func For(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// AtMost waits as For does; it is for those who ask ctx themselves.
func AtMost(ctx context.Context, d time.Duration) { _ = For(ctx, d) }
