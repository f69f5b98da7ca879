package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// Levels is the store of member levels. A write without a partition is a repair.
type Levels interface {
	pipelines.Sink
	// Buckets is how many parts the members are in, numbered from 0.
	Buckets() int
	// Held hands what is held of members to each; a bucket that reads back what it lost is schemas.ErrRecovering.
	Held(ctx context.Context, q schemas.HeldQuery, each func(*schemas.Held) error) error
}

// Index is the index of orders.
type Index interface {
	// OrderFacts hands what orders mean for levels to each, with all that was written before the call.
	OrderFacts(ctx context.Context, q schemas.OrderFactsQuery, each func(*schemas.OrderFact) error) error
}

// Feeds says how far the pipelines are that fill both sides.
type Feeds interface {
	// Feeds are the partitions of order events, once for each of those pipelines.
	Feeds(ctx context.Context) ([]pipelines.Feed, error)
}

// Observer is told what happens; it must not block. It is called from one goroutine at a time.
type Observer interface {
	// Looked says how many buckets are done, of how many.
	Looked(done, of int)
	// Drifted reports one drift that was confirmed, and what became of it.
	Drifted(d Drift)
	// Ended reports a pass, or a round of Watch, with the error that ended it.
	Ended(r Report, err error)
}

// Deps are what a Reconciler works with; all but Now are needed.
type Deps struct {
	Levels   Levels
	Index    Index
	Feeds    Feeds
	Rules    *rules.Rules // the calendar whose months orders count in
	Observer Observer
	Now      func() time.Time // nil = time.Now
}

// Reconciler compares one store with one index.
type Reconciler struct {
	cfg  Config
	deps Deps
}

// New checks the configuration; all complaints at once.
func New(cfg Config, deps Deps) (*Reconciler, error) {
	err := cfg.Validate()
	if deps.Levels == nil || deps.Index == nil || deps.Feeds == nil || deps.Rules == nil || deps.Observer == nil {
		err = errors.Join(err, errors.New("reconcile: levels, an index, feeds, rules and an observer are needed"))
	}
	if err != nil {
		return nil, fmt.Errorf("configuring reconciliation: %w", err)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	return &Reconciler{cfg: cfg.withDefaults(), deps: deps}, nil
}
