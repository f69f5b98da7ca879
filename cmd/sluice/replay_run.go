package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/internal/replay"
)

// run replays with the parts of a data directory beside it, where there are some.
func (r *replayer) run(ctx context.Context, job replay.Job, ranged bool) error {
	if r.site == nil || len(r.site.servers) == 0 {
		return nameData(r.replay(ctx, job, ranged), r.cmd.Data, dataAlone)
	}
	servers := runGroup{within: stopWithin}
	for _, server := range r.site.servers {
		servers.addLast(server.name, server.run)
	}
	replayed := make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	servers.add("replay", func(ctx context.Context) error {
		replayed <- r.replay(ctx, job, ranged)
		stop() // that the servers end now is as it should be
		return nil
	})
	err := servers.run(ctx)
	select {
	case replaying := <-replayed:
		return errors.Join(replaying, err)
	default: // it did not stop in time: err says so
		return err
	}
}

// replay plans, carries and says what became of the records.
func (r *replayer) replay(ctx context.Context, job replay.Job, ranged bool) error {
	ledger := replayLedger{admin: r.admin}
	if r.cmd.Forget {
		return r.forget(ctx, ledger)
	}
	plan, err := r.plan(ctx, ledger, job, ranged)
	if err != nil {
		return err
	}
	r.process.tell(r.beginning(plan))
	carrying, observer, err := r.carrier(ctx, plan.Job)
	if err != nil {
		return err
	}
	gaps := &replayGaps{log: r.log}
	watch := newReplayBar(r.process.stderr, r.log)
	group, err := r.bounded(plan, watch, gaps)
	if err != nil {
		return err
	}
	began := time.Now()
	err = carrying.Run(ctx, group)
	watch.end()
	sum := newReplaySummary(plan, observer.Snapshot(), r.kept(), group.Finished(), gaps.all(), time.Since(began))
	if err == nil && sum.Finished {
		err = plan.Forget(context.WithoutCancel(ctx))
	}
	if err := errors.Join(err, r.print(sum)); err != nil {
		return err
	}
	return sum.verdict()
}

func (r *replayer) plan(ctx context.Context, ledger replay.Ledger, job replay.Job, ranged bool) (plan *replay.Plan, err error) {
	bounds := func(ctx context.Context, job replay.Job) ([]replay.Part, error) { // the name is taken behind it
		if err := r.means(job); err != nil {
			return nil, usage(err)
		}
		if err := r.store(ctx, job); err != nil {
			return nil, err
		}
		return r.bounds(ctx, job)
	}
	if ranged {
		plan, err = replay.Begin(ctx, ledger, bounds, r.group, job)
	} else {
		plan, err = replay.Resume(ctx, ledger, bounds, r.group, r.cmd.Topic)
	}
	switch {
	case errors.Is(err, replay.ErrNone):
		return nil, usage(fmt.Errorf("%w: give --from and --to", r.none()))
	case errors.Is(err, replay.ErrOther):
		return nil, usage(fmt.Errorf("--name %s: %w\ngo on with it by --name alone, give it up by --forget, or choose another name", r.cmd.Name, err))
	}
	return plan, err
}

// means complains of the replay of that name when the command line speaks of another, or its pipeline is no more.
func (r *replayer) means(job replay.Job) error {
	if job.Pipeline != r.cmd.Pipeline && !r.cmd.anyPipeline {
		return fmt.Errorf("--name %s replays %v: say --pipeline %s", r.cmd.Name, job, job.Pipeline)
	}
	if err := r.cfg.knownPipelines([]string{job.Pipeline}); err != nil {
		return fmt.Errorf("--name %s replays %v: %w", r.cmd.Name, job, err)
	}
	return nil
}

func (r *replayer) none() error {
	return fmt.Errorf("no replay named %s is under way", r.cmd.Name)
}

// beginning says what is to be done.
func (r *replayer) beginning(plan *replay.Plan) string {
	now := plan.Progress()
	text := fmt.Sprintf("replaying %v: %d offsets in %d partitions", plan.Job, now.Total, len(plan.Parts()))
	if plan.Resumed {
		text += fmt.Sprintf(", going on behind the first %d", now.Done)
	}
	if plan.Job.Shadow != "" {
		text += fmt.Sprintf("\ninto indices %s*; look at them with SLUICE_INDEX_PREFIX=%s", r.shadowPrefix(plan.Job), r.shadowPrefix(plan.Job))
	}
	return text
}

func (r *replayer) forget(ctx context.Context, ledger replayLedger) error {
	places, err := ledger.Places(ctx, r.group, r.cmd.Topic)
	if err != nil {
		return err
	}
	if len(places) == 0 {
		return usage(r.none())
	}
	err = ledger.RemoveGroup(ctx, r.group)
	if errors.Is(err, replay.ErrBusy) {
		return fmt.Errorf("replay %s is running: stop it first: %w", r.cmd.Name, err)
	}
	if err != nil {
		return err
	}
	return write(r.process.stdout, fmt.Sprintf("replay %s is forgotten; what it has written stays\n", r.cmd.Name))
}
