package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/pipelines"
	"sluice/schemas/rules"
)

// The jobs, as they are in metrics.
const (
	JobTick    = "tick"
	JobTurn    = "turn"    // levels that end by themselves
	JobCoupons = "coupons" // those that are due
	JobSweep   = "sweep"   // members who lack a timer
	JobBeside  = "beside"  // what runs beside the jobs
)

// Deps are what the runner works with; all but Beside and Now are needed.
type Deps struct {
	Ticks    Ticks
	Levels   Levels
	Coupons  Coupons
	Members  Members
	Rules    func() *rules.Rules // those in force; never nil
	Observer Observer

	Beside func(ctx context.Context) error // runs for as long as this process is the runner; nil = nothing
	Now    func() time.Time                // nil = time.Now
}

// Runner does the jobs while it holds the ticks.
type Runner struct {
	cfg  Config
	deps Deps
}

// New checks the configuration; all complaints at once.
func New(cfg Config, deps Deps) (*Runner, error) {
	err := cfg.Validate()
	if deps.Ticks == nil || deps.Levels == nil || deps.Coupons == nil || deps.Members == nil || deps.Rules == nil || deps.Observer == nil {
		err = errors.Join(err, errors.New("ticks, levels, coupons, members, rules and an observer are needed"))
	}
	if err != nil {
		return nil, fmt.Errorf("configuring jobs: %w", err)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	return &Runner{cfg: cfg.withDefaults(), deps: deps}, nil
}

// Run takes part, among all processes with this group over schemas.TopicTicks, in being the runner, until ctx ends. It returns
// nil after a stop that ctx asked for. Failures of stores and of ticks are reported and retried for ever.
func (r *Runner) Run(ctx context.Context, group pipelines.Group) error {
	err := group.Run(ctx, r.serve)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("running jobs: %w", err)
	}
	return nil
}

// serve is one term as the runner. Who returns from it while the partition is still its own begins another.
func (r *Runner) serve(ctx context.Context, part pipelines.Partition, ticks pipelines.Source) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	t := newTerm(r, part, ticks)
	defer t.working.Wait()
	defer end()
	if !t.begin(ctx) {
		return nil
	}
	t.working.Go(func() { t.repeat(ctx, JobTurn, r.cfg.TurnEvery, t.turn) })
	t.working.Go(func() { t.repeat(ctx, JobCoupons, r.cfg.CouponEvery, t.coupons) })
	t.working.Go(func() { t.repeat(ctx, JobSweep, r.sweepStep(), t.sweep) })
	if r.deps.Beside != nil {
		t.working.Go(func() { t.repeat(ctx, JobBeside, r.cfg.RetryMax, t.beside) })
	}
	t.keep(ctx)
	return nil
}
