package fault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/internal/drill/stage"
)

// worker is a process of sluice's.
type worker interface {
	Stop(ctx context.Context) (code int, took time.Duration, err error)
	Start(ctx context.Context) error
	Ready(ctx context.Context) error
}

// crew is processes that are stopped and started together.
type crew []worker

func crewOf(on *stage.Stage, role string) crew {
	var c crew
	for _, p := range on.Processes(role) {
		c = append(c, p)
	}
	return c
}

// stop asks each to end, and returns when all have, each with all of its work done.
func (c crew) stop(ctx context.Context) error {
	return c.all(func(w worker) error {
		code, took, err := w.Stop(ctx)
		if err == nil && code != 0 {
			err = fmt.Errorf("it ended with code %d after %s", code, took)
		}
		return err
	})
}

// start starts all, and returns when all are ready.
func (c crew) start(ctx context.Context) error {
	return c.all(func(w worker) error {
		if err := w.Start(ctx); err != nil {
			return err
		}
		return w.Ready(ctx)
	})
}

// all does it to each at the same time.
func (c crew) all(do func(worker) error) error {
	done := make(chan error, len(c))
	for _, w := range c {
		go func() { done <- do(w) }()
	}
	var errs []error
	for range c {
		errs = append(errs, <-done)
	}
	return errors.Join(errs...)
}
