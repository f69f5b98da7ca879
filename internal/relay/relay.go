package relay

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"sluice/pipelines"
)

// Deps are what a relay works with; all are needed.
type Deps struct {
	Store    Outbox
	Bus      message.Publisher     // to Kafka: nil from Publish means that all in-sync replicas have it
	Dead     pipelines.DeadLetters // for what will never be accepted
	Observer Observer

	// Unpublishable says which errors of Bus will not change by themselves, and why in a word.
	Unpublishable func(err error) (reason string, ok bool)
}

// Relay publishes what stands in the outboxes.
type Relay struct {
	cfg    Config
	deps   Deps
	carry  message.HandlerFunc // brings one entry to Kafka, or to the dead letters
	nudged chan struct{}
	desk   *desk
}

// New checks the configuration; all complaints at once.
func New(cfg Config, deps Deps) (*Relay, error) {
	err := cfg.Validate()
	if deps.Store == nil || deps.Bus == nil || deps.Dead == nil || deps.Observer == nil || deps.Unpublishable == nil {
		err = errors.Join(err, errors.New("a store, a bus, dead letters, an observer and what is unpublishable are needed"))
	}
	if err != nil {
		return nil, fmt.Errorf("configuring the relay: %w", err)
	}
	r := &Relay{cfg: cfg.withDefaults(), deps: deps, nudged: make(chan struct{}, 1)}
	r.desk = newDesk(r.cfg)
	if r.carry, err = r.handler(); err != nil {
		return nil, fmt.Errorf("configuring the relay: %w", err)
	}
	return r, nil
}

// Nudge says that something was put into an outbox: the relay looks at once. It never blocks, and
// may be called before Run, after it, and by many.
func (r *Relay) Nudge() {
	select {
	case r.nudged <- struct{}{}:
	default: // it will look anyway
	}
}

// Run publishes until ctx ends; then it waits, at most Drain, for what is being published, and returns nil. Failures are
// reported and retried for ever. It is called once.
func (r *Relay) Run(ctx context.Context) error {
	var working sync.WaitGroup
	defer r.deps.Observer.RelayLag(0, 0) // another process may be the relay from now on
	for failures := 0; ctx.Err() == nil; {
		wait := r.cfg.Poll
		if err := r.look(ctx, &working); err != nil {
			wait = max(wait, r.desk.wait(failures))
			failures++
			r.rest(ctx, wait)
			continue
		}
		failures = 0
		r.rest(ctx, r.cfg.Gap)
		r.idle(ctx, wait-r.cfg.Gap)
	}
	r.drained(&working)
	return nil
}

// look sends a worker to each bucket that has entries, has none and does not rest after a failure. While all workers
// are busy it waits for one.
func (r *Relay) look(ctx context.Context, working *sync.WaitGroup) error {
	call, cancel := context.WithTimeout(ctx, r.cfg.CallTimeout)
	defer cancel()
	waiting, err := r.deps.Store.Waiting(call)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		r.deps.Observer.RelayFailed("", "", fmt.Errorf("looking for entries: %w", err))
	}
	r.deps.Observer.RelayLag(r.desk.lag(waiting, err == nil, time.Now()))
	for _, bucket := range waiting {
		if !r.desk.take(bucket, time.Now()) {
			continue
		}
		if !r.desk.enter(ctx) {
			r.desk.done(bucket, nil, time.Now())
			return context.Cause(ctx)
		}
		working.Go(func() {
			defer r.desk.leave()
			r.desk.done(bucket, r.empty(ctx, bucket), time.Now())
		})
	}
	return err
}

// rest waits so long, nudges or not.
func (r *Relay) rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// idle waits so long, or until a nudge.
func (r *Relay) idle(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-r.nudged:
	}
}

// drained waits for the workers. One whose publisher does not answer is left: what it has in hand
// stays in the outbox.
func (r *Relay) drained(working *sync.WaitGroup) {
	ended := make(chan struct{})
	go func() {
		working.Wait()
		close(ended)
	}()
	timer := time.NewTimer(r.cfg.Drain)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	}
}
