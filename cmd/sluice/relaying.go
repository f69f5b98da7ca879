package main

import (
	"context"
	"fmt"
	"sync/atomic"

	"sluice/internal/jobs"
	"sluice/internal/relay"
	"sluice/pipelines"
	"sluice/schemas"
)

// relaying is the place of the relay in this process: there is one for each term as the runner of the jobs, and none between.
type relaying struct {
	cfg    relay.Config
	deps   relay.Deps
	atWork atomic.Pointer[relay.Relay]
}

// run makes a relay and runs it until ctx ends. One is good for one run: what it left behind at its end, a publisher that did not
// answer, is not the next one's to wait for.
func (r *relaying) run(ctx context.Context) error {
	one, err := relay.New(r.cfg, r.deps)
	if err != nil {
		return fmt.Errorf("making the relay: %w", err)
	}
	r.atWork.Store(one)
	defer r.atWork.CompareAndSwap(one, nil)
	return one.Run(ctx)
}

// nudge says that something stands in an outbox. Where this process has no relay, nobody has to know.
func (r *relaying) nudge() {
	if one := r.atWork.Load(); one != nil {
		one.Nudge()
	}
}

// nudging is a store beside its relay, in one process: what it puts into an outbox is published at once, and not when the relay
// looks again.
type nudging struct {
	levelStore
	nudge func()
}

// Write nudges when it has changed something.
func (n nudging) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	err := n.levelStore.Write(ctx, writes, results)
	for i := range results {
		if results[i].Verdict == pipelines.Stored {
			n.nudge()
			break
		}
	}
	return err
}

// Turn nudges when it has announced something.
func (n nudging) Turn(ctx context.Context, bucket int, now, fence int64, limit int) (announced int, more bool, err error) {
	announced, more, err = n.levelStore.Turn(ctx, bucket, now, fence, limit)
	if announced > 0 {
		n.nudge()
	}
	return announced, more, err
}

// DecideCoupons nudges when a coupon was given, or may have been.
func (n nudging) DecideCoupons(ctx context.Context, bucket int, fence int64, decisions []schemas.CouponDecision) ([]schemas.CouponOutcome, error) {
	outcomes, err := n.levelStore.DecideCoupons(ctx, bucket, fence, decisions)
	if len(outcomes) > 0 {
		n.nudge()
	}
	return outcomes, err
}

// Both of a store's users see it whole.
var (
	_ jobs.Levels    = nudging{}
	_ pipelines.Sink = nudging{}
)
