package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// runner is one long-lived part of the process.
type runner struct {
	name string
	run  func(ctx context.Context) error // until ctx ends; returning before that ends the process
}

// runGroup runs parts side by side and stops them together: when one ends, when ctx ends,
// whichever is first.
type runGroup struct {
	runners []runner
	last    []runner // stopped only once all of the others have ended: they show how the stop goes
	within  time.Duration
}

func (g *runGroup) add(name string, run func(context.Context) error) {
	g.runners = append(g.runners, runner{name: name, run: run})
}

func (g *runGroup) addLast(name string, run func(context.Context) error) {
	g.last = append(g.last, runner{name: name, run: run})
}

// run returns nil after a stop that ctx asked for and in which every part ended by itself
// in time. Otherwise the error names the parts.
func (g *runGroup) run(ctx context.Context) error {
	late, stopLate := context.WithCancel(context.WithoutCancel(ctx))
	defer stopLate()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	first := g.start(ctx, g.runners, stop)
	second := g.start(late, g.last, stop)
	<-ctx.Done()
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.within) // one for both
	defer cancel()
	err := first.wait(deadline.Done())
	stopLate()
	return errors.Join(err, second.wait(deadline.Done()))
}

// started are parts under way.
type started struct {
	mu   sync.Mutex
	left map[string]bool
	errs []error
	done chan struct{}
}

func (g *runGroup) start(ctx context.Context, runners []runner, stop func()) *started {
	s := &started{left: map[string]bool{}, done: make(chan struct{})}
	for _, r := range runners {
		s.left[r.name] = true // all of them, before the first may end
	}
	var all sync.WaitGroup
	for _, r := range runners {
		all.Go(func() {
			s.ended(r.name, r.run(ctx), ctx.Err() == nil)
			stop()
		})
	}
	go func() {
		all.Wait()
		close(s.done)
	}()
	return s
}

// ended takes notice of a part's end; early means that nobody asked for it.
func (s *started) ended(name string, err error, early bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.left, name)
	switch {
	case errors.Is(err, errMissing), errors.Is(err, errUnfit): // is the whole process's, whichever part met it first
		s.errs = append(s.errs, err)
	case err != nil:
		s.errs = append(s.errs, fmt.Errorf("%s: %w", name, err))
	case early:
		s.errs = append(s.errs, fmt.Errorf("%s ended by itself", name))
	}
}

func (s *started) wait(deadline <-chan struct{}) error {
	select {
	case <-s.done:
	case <-deadline:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.left {
		s.errs = append(s.errs, fmt.Errorf("%s did not stop in time", name))
	}
	return errors.Join(s.errs...)
}
