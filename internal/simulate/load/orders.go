package load

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sluice/internal/simulate/orders"
)

// OrdersConfig of a load of orders.
type OrdersConfig struct {
	Plan    orders.Plan
	Backlog time.Duration // a request that is later than this is skipped, and counted; above 0
	GiveUp  time.Duration // on a request that gets no answer within it; above 0
	Grace   time.Duration // for requests under way once the load is interrupted; 0 = none
	Settle  time.Duration // the readers are watched for so long after the load, until they are done; 0 = not at all
}

// Validate reports every complaint at once, the plan's included.
func (c *OrdersConfig) Validate() error {
	var errs []error
	if c.Backlog <= 0 || c.GiveUp <= 0 || c.Grace < 0 || c.Settle < 0 {
		errs = append(errs, errors.New("backlog and giveUp must be above 0, grace and settle not below"))
	}
	return errors.Join(append(errs, c.Plan.Validate())...)
}

// OrderGateways take the requests of a load of orders.
type OrderGateways struct {
	Orders    Gateway // events
	Purchases Gateway
}

// RunOrders sends the whole plan, or what is due until ctx ends, as Run does, but for one thing: each lane waits for
// the answer to one request before it sends the next, so that the order in which a member's orders reach their topic is
// known. Gateway and Topic of deps are not looked at.
func RunOrders(ctx context.Context, cfg OrdersConfig, to OrderGateways, deps Deps) (Summary, error) {
	if err := cfg.Validate(); err != nil {
		return Summary{}, err
	}
	author, err := orders.New(cfg.Plan)
	if err != nil {
		return Summary{}, err
	}
	l := &load{
		cfg: Config{GiveUp: cfg.GiveUp, Settle: cfg.Settle}, deps: deps, total: author.Orders, start: time.UnixMilli(cfg.Plan.Start),
	}
	usage := startCost()
	err = l.runLanes(ctx, cfg, author, to)
	return l.tally.summary(l, usage.since()), err
}

// runLanes keeps lanes, sampler and watcher together. The first error of a lane ends all of them.
func (l *load) runLanes(ctx context.Context, cfg OrdersConfig, author *orders.Author, to OrderGateways) error {
	sampling, stopSampling := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSampling()
	aside := make(chan error, 2)
	go func() { aside <- l.sample(sampling) }()
	go func() { aside <- l.lives(sampling) }()
	watched := l.watch(sampling)

	sending, cancel := lingering(ctx, cfg.Grace)
	defer cancel()
	group, failed := errgroup.WithContext(sending)
	ahead := &sharedReserve{reserve: newReserve(l.deps.Book.Issue, author.Block(0, max(2, author.TicksIn(time.Second))))}
	err := ahead.cover(0) // before the clock begins
	for number := range author.Lanes + 1 {
		if err != nil {
			break
		}
		w := &lane{worker: &worker{load: l}, author: author, backlog: cfg.Backlog, number: number, to: to.Orders, ahead: ahead}
		if number == author.Lanes {
			w.to = to.Purchases
		}
		group.Go(func() error { return w.run(ctx, failed) })
	}
	err = errors.Join(err, group.Wait())
	ahead.end()
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

// sharedReserve is a reserve for all lanes: what is durable for the fastest is so for the others.
type sharedReserve struct {
	mu      sync.Mutex
	reserve *reserve
}

func (s *sharedReserve) cover(block int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reserve.cover(block)
}

// issued says whether a block may have been sent, as the ledger has it or is going to.
func (s *sharedReserve) issued(block int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return block < s.reserve.asked
}

func (s *sharedReserve) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reserve.end()
}
