package rewind

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"sluice/pipelines"
)

// Rewinder watches over one store for all pipelines of this process that write to it.
type Rewinder struct {
	cfg  Config
	deps Deps
	name string        // of this process, before the '/' of its claims
	turn chan struct{} // holds a token: the partitions of a process do not take each other's claims
}

// Deps is what a Rewinder works with.
type Deps struct {
	Store    Store
	Epochs   Epochs
	Feeds    Feeds
	Observer Observer
}

// New checks the settings.
func New(cfg Config, deps Deps) (*Rewinder, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Rewinder{cfg: cfg.withDefaults(), deps: deps, name: rand.Text(), turn: make(chan struct{}, 1)}, nil
}

// Group decorates a pipeline's group, whose sources have to be a Source of this package.
func (r *Rewinder) Group(next pipelines.Group) pipelines.Group {
	return &group{rewinder: r, next: next}
}

type group struct {
	rewinder *Rewinder
	next     pipelines.Group
}

// Run hands on; each partition is served with its losses seen to.
func (g *group) Run(ctx context.Context, serve pipelines.Serve) error {
	return g.next.Run(ctx, func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
		inner, ok := src.(Source)
		if !ok {
			return fmt.Errorf("serving %v: its source cannot be rewound", part)
		}
		return g.rewinder.serve(ctx, part, inner, serve)
	})
}

// serve carries a partition, again from further back after each loss.
func (r *Rewinder) serve(ctx context.Context, part pipelines.Partition, inner Source, serve pipelines.Serve) error {
	for failures := 0; ; failures++ {
		began := time.Now()
		err := r.carry(ctx, part, inner, serve)
		switch {
		case ctx.Err() != nil && errors.Is(err, pipelines.ErrLost):
			return context.Cause(ctx) // whoever has the partition next finds it as well
		case ctx.Err() != nil, !errors.Is(err, pipelines.ErrLost):
			return err
		}
		if time.Since(began) > r.cfg.RetryMax {
			failures = 0
		}
		if failures > 0 {
			r.pause(ctx, failures-1)
		}
	}
}

// carry is one life of a lane: until the partition goes, or the store has lost something.
func (r *Rewinder) carry(ctx context.Context, part pipelines.Partition, inner Source, serve pipelines.Serve) error {
	lane, end := context.WithCancelCause(ctx)
	defer end(nil)
	src := &source{Source: inner, rewinder: r, part: part, open: make(chan struct{})}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		src.watch(lane, end)
	}()
	err := serve(lane, part, src)
	end(nil)
	<-watched
	if lost := context.Cause(lane); ctx.Err() == nil && errors.Is(lost, pipelines.ErrLost) {
		return lost
	}
	return err
}

// pause waits before another try.
func (r *Rewinder) pause(ctx context.Context, failures int) {
	wait := min(r.cfg.RetryBase<<min(failures, 20), r.cfg.RetryMax)
	timer := time.NewTimer(wait/2 + mathrand.N(wait/2+1))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
