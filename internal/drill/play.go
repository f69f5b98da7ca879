package drill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"sluice/internal/drill/watch"
)

// play sets the scene, plays the rounds and judges. An error is what kept it from doing so; what does
// not hold is noted as a failure.
func (a *act) play(ctx context.Context, rounds []Round, lasts time.Duration) (err error) {
	a.tell("setting the stage")
	if a.scene, err = a.theatre.Set(ctx, a.drill, a.cfg.Seed); err != nil {
		return fmt.Errorf("setting the stage: %w", err)
	}
	defer func() { err = errors.Join(err, a.strike(ctx)) }()
	if err := a.possible(rounds); err != nil {
		return err
	}
	a.tell("starting")
	if err := within(ctx, a.cfg.Begin, a.scene.Cast.Start); err != nil {
		return fmt.Errorf("starting the processes: %w", err)
	}
	aside := a.watch(ctx)
	defer func() {
		aside()
		a.said.Watched = a.scene.Seen.Record()
	}()
	a.scene.Watch.Look(ctx)
	before := a.scene.Seen.Sums()
	if a.load, err = a.scene.Load.Start(ctx); err != nil {
		return fmt.Errorf("starting the load: %w", err)
	}
	a.said.Run = a.load
	if err := a.storing(ctx); err != nil {
		_, stopped := a.scene.Load.Stop(context.WithoutCancel(ctx))
		return errors.Join(err, stopped)
	}
	broken := a.rounds(ctx, rounds, lasts)
	sent, err := a.endLoad(context.WithoutCancel(ctx))
	if err = errors.Join(broken, err); err != nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	return a.conclude(ctx, before, sent)
}

// possible asks for each fault once, so that what cannot be had is known before anything runs, and what nobody
// would observe.
func (a *act) possible(rounds []Round) error {
	asked := slices.Clone(a.asked)
	for _, round := range rounds {
		for _, f := range round.Faults {
			if _, err := a.scene.Faults.Make(f); err != nil {
				return err
			}
		}
		asked = append(asked, round.Bites...)
	}
	if err := a.askable(); err != nil {
		return err
	}
	for _, b := range asked {
		for _, name := range []string{b.Name, b.Of} {
			if name != "" && !watch.Known(name) {
				return fmt.Errorf("nobody observes %s: `bites` asks for it", name)
			}
		}
	}
	return nil
}

// watch lets the watch and the guard run aside until the function that it returns is called.
func (a *act) watch(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	a.guard = newGuard(a.scene, a.cfg.Look, a.fell)
	var all sync.WaitGroup
	all.Go(func() { a.guard.run(ctx) })
	all.Go(func() {
		if err := a.scene.Watch.Run(ctx); err != nil {
			a.fail("watching: %v", err)
		}
	})
	return func() {
		cancel()
		all.Wait()
	}
}

// fell is told of a commit that went back.
func (a *act) fell(what string) {
	if !a.drill.Expect.Excuses("L9") {
		a.fail("L9: %s", what)
	}
}

// storing waits until every pipeline has committed something in every partition.
func (a *act) storing(ctx context.Context) error {
	a.tell("waiting until every pipeline stores")
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Begin)
	defer cancel()
	if err := a.guard.moved(ctx, time.Now()); err != nil {
		return fmt.Errorf("before any fault: %w", err)
	}
	return nil
}

// endLoad ends the load, which has sent something to be judged by.
func (a *act) endLoad(ctx context.Context) (Sent, error) {
	a.tell("ending the load")
	sent, err := a.scene.Load.Stop(ctx)
	if err != nil {
		return sent, fmt.Errorf("ending the load: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	load := sent.Load
	load.Rate, load.Drivers, load.Members = a.said.Load.Rate, a.said.Load.Drivers, a.said.Load.Members
	a.said.Load = load
	return sent, nil
}

// conclude judges: the ledger, what the faults did, and how the processes stop.
func (a *act) conclude(ctx context.Context, before watch.Sums, sent Sent) error {
	a.tell("proving the ledger")
	a.scene.Watch.Look(ctx)
	var proof Proof
	err := within(ctx, a.cfg.Prove, func(ctx context.Context) (err error) {
		proof, err = a.scene.Prover.Prove(ctx, a.lost())
		return err
	})
	if err != nil {
		return fmt.Errorf("proving the ledger: %w", err)
	}
	a.judge(proof)
	a.rest(ctx)
	a.bites(a.scene.Seen.Sums().Since(before).With(sent.Seen), a.witnessed())
	a.tell("stopping")
	a.stops(ctx, a.scene.Cast.Stop(ctx))
	return ctx.Err()
}

func (a *act) strike(ctx context.Context) error {
	a.tell("striking the stage")
	if err := within(context.WithoutCancel(ctx), a.cfg.Act, a.scene.Strike); err != nil {
		return fmt.Errorf("striking the stage: %w", err)
	}
	return nil
}

// within bounds a call.
func within(ctx context.Context, limit time.Duration, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return call(ctx)
}
