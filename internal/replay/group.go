package replay

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"sluice/pipelines"
)

// Observer is told how a replay goes; it must not block.
type Observer interface {
	// Progressed reports how far all processes together have come.
	Progressed(p Progress)
	// LookFailed reports that this could not be asked; it is asked again.
	LookFailed(err error)
}

// Group is a replay's share of its topic: a pipelines.Group that ends by itself when all
// partitions are settled up to their ends, by this process or others.
type Group struct {
	plan  *Plan
	inner pipelines.Group
	limit *rate.Limiter
	obs   Observer
	done  atomic.Bool
}

var _ pipelines.Group = (*Group)(nil)

// NewGroup bounds a group, which has the plan's name and keeps its notes. recordsPerSecond
// limits this process; 0 = no limit.
func NewGroup(plan *Plan, inner pipelines.Group, recordsPerSecond float64, obs Observer) (*Group, error) {
	limit := rate.NewLimiter(rate.Inf, maxBurst)
	switch {
	case !(recordsPerSecond >= 0) || math.IsInf(recordsPerSecond, 0):
		return nil, fmt.Errorf("replaying: rate is %g records a second, must be a number, not negative", recordsPerSecond)
	case recordsPerSecond > 0:
		limit = rate.NewLimiter(rate.Limit(recordsPerSecond), int(min(max(recordsPerSecond/10, 1), maxBurst)))
	}
	return &Group{plan: plan, inner: inner, limit: limit, obs: obs}, nil
}

// maxBurst is how many records a throttled replay reads at once, at most.
const maxBurst = 1024

// lookEvery is how often all processes' progress is asked for.
const lookEvery = time.Second

// errFinished ends the inner group.
var errFinished = errors.New("the replay is finished")

// Run serves until all is done, or ctx ends.
func (g *Group) Run(ctx context.Context, serve pipelines.Serve) error {
	ctx, finish := context.WithCancelCause(ctx)
	defer finish(nil)
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		g.look(ctx, finish)
	}()
	err := g.inner.Run(ctx, func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
		return g.serve(ctx, part, src, serve)
	})
	finish(nil)
	<-looked
	return err
}

// Finished says that Run ended because nothing was left.
func (g *Group) Finished() bool { return g.done.Load() }

// look asks until all is done.
func (g *Group) look(ctx context.Context, finish context.CancelCauseFunc) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		now, err := g.plan.progress(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			g.obs.LookFailed(err)
		default:
			g.obs.Progressed(now)
			if now.Finished() {
				g.done.Store(true)
				finish(errFinished)
				return
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// serve carries one partition to its end, and holds it until all are there.
func (g *Group) serve(ctx context.Context, part pipelines.Partition, src pipelines.Source, serve pipelines.Serve) error {
	share, known := g.plan.share(part.ID)
	if !known { // made since the replay began: nothing of the range can be in it
		<-ctx.Done()
		return nil
	}
	lane, end := context.WithCancelCause(ctx)
	defer end(nil)
	bounded := &source{inner: src, end: share.To, limit: g.limit, settled: func() { end(pipelines.ErrStopped) }}
	if err := serve(lane, part, bounded); err != nil {
		return err
	}
	if bounded.over() {
		// What was left behind the last record: markers, and what compaction took.
		if err := src.Commit(ctx, share.To); err != nil && ctx.Err() == nil && !errors.Is(err, pipelines.ErrFenced) {
			return fmt.Errorf("replaying %v: %w", part, err)
		}
	}
	<-ctx.Done()
	return nil
}
