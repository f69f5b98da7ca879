package fault

import (
	"context"
	"errors"
	"time"

	"sluice/internal/pause"
)

// again does something every so often in the background, until it fails or is ended.
type again struct {
	end   context.CancelFunc
	ended chan error
	did   int // how often, once it has ended
}

// repeat begins; do is never under way twice, and its context ends with the repetition.
func repeat(ctx context.Context, every time.Duration, do func(ctx context.Context) error) *again {
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	a := &again{end: end, ended: make(chan error, 1)}
	go func() {
		for pause.For(ctx, every) == nil {
			if err := do(ctx); err != nil && !errors.Is(err, context.Canceled) {
				a.ended <- err // also when it was to end meanwhile: what broke then is broken
				return
			}
			a.did++
		}
		a.ended <- nil
	}()
	return a
}

// stop ends it and says what it failed of. It is harmless when nothing was begun.
func (a *again) stop() error {
	if a == nil {
		return nil
	}
	a.end()
	return <-a.ended
}
