package load

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"sluice/internal/pause"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
)

// load is one run.
type load struct {
	cfg    Config
	deps   Deps
	author *plan.Author // nil in a load of orders
	total  int64        // records of the plan
	start  time.Time    // when record 0 is due
	tasks  chan task
	soon   chan struct{} // a look at the offsets is wanted before its time
	spare  sync.Pool     // of *[]plan.Send

	due, waiting, answered, skipped, retries atomic.Int64 // records, but for retries: requests
	tally                                    tally
}

// task is one block on its way to a worker.
type task struct {
	block int64
	sends *[]plan.Send
}

// Run sends the whole plan, or what is due until ctx ends; then it returns ctx's cause beside the summary. Every
// block that was sent, or should have been, has its outcome in the ledger when it returns.
func Run(ctx context.Context, cfg Config, deps Deps) (Summary, error) {
	if err := cfg.Validate(); err != nil {
		return Summary{}, err
	}
	author, err := plan.New(cfg.Plan)
	if err != nil {
		return Summary{}, err
	}
	l := &load{cfg: cfg, deps: deps, author: author, total: author.Records, start: time.UnixMilli(cfg.Plan.Start), soon: make(chan struct{}, 1)}
	l.tasks = make(chan task, cfg.Backlog/cfg.Plan.Batch+1)
	l.spare.New = func() any { return new([]plan.Send) }
	usage := startCost()
	err = l.run(ctx)
	return l.tally.summary(l, usage.since()), err
}

// run keeps dispatcher, workers, sampler and watcher together. A worker's error, which is one
// of the ledger or a gateway that refuses us, ends all of them.
func (l *load) run(ctx context.Context) error {
	sampling, stopSampling := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSampling()
	aside := make(chan error, 2)
	go func() { aside <- l.sample(sampling) }()
	go func() { aside <- l.lives(sampling) }()
	watched := l.watch(sampling)

	sending, cancel := lingering(ctx, l.cfg.Grace)
	defer cancel()
	group, failed := errgroup.WithContext(sending)
	for range l.cfg.Workers {
		w := &worker{load: l}
		group.Go(func() error { return w.run(ctx, failed) })
	}
	group.Go(func() error {
		defer close(l.tasks)
		return l.dispatch(ctx, failed)
	})
	err := group.Wait()
	if err == nil && ctx.Err() == nil {
		l.settle(ctx)
	}
	stopSampling()
	<-watched
	if err == nil {
		err = context.Cause(ctx)
	}
	return errors.Join(err, <-aside, <-aside)
}

// lingering is ctx for so long after its end: requests under way may still be answered.
func lingering(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if pause.For(longer, grace) == nil {
			cancel()
		}
	})
	return longer, func() {
		stop()
		cancel()
	}
}

// since is the time since the plan's start, ms, as the ledger has it.
func (l *load) since() int64 { return time.Since(l.start).Milliseconds() }

// skip notes a block that is never sent.
func (l *load) skip(t task) error {
	l.skipped.Add(int64(len(*t.sends)))
	l.give(t)
	return l.deps.Book.Outcome(ledger.Outcome{Block: t.block, State: ledger.Skipped})
}

func (l *load) give(t task) {
	*t.sends = (*t.sends)[:0]
	l.spare.Put(t.sends)
}
