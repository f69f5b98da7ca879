package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"sluice/internal/bench/bare"
	"sluice/internal/bench/crowd"
	"sluice/internal/pause"
	"sluice/schemas"
)

const (
	memberRate    = 200.0 // questions a second
	memberClients = 8
)

// orderFlow is an open-loop load: an order's time is when it was due, whether or not Kafka could take it then.
type orderFlow struct {
	packer     *bare.Packer
	partitions int
	crowd      *crowd.Crowd
	rate       float64 // events/s
	sent       atomic.Int64
}

// run sends until ctx ends, which is no error.
func (f *orderFlow) run(ctx context.Context) error {
	batches, items := make([]bare.Batch, f.partitions), make([][]bare.Item, f.partitions)
	begin := time.Now()
	for tick := 1; ; tick++ {
		due := begin.Add(time.Duration(tick) * flowTick)
		if pause.AtMost(ctx, time.Until(due)); ctx.Err() != nil {
			return nil //nolint:nilerr // that is how it ends
		}
		for p := range batches {
			batches[p].Reset()
		}
		n, target := f.sent.Load(), int64(f.rate*due.Sub(begin).Seconds())
		for ; n < target; n++ {
			at := begin.Add(time.Duration(float64(n) / f.rate * float64(time.Second))).UnixMilli()
			batches[f.crowd.Partition(n)].Add(
				func(dst []byte) []byte { return f.crowd.Key(dst, n) },
				func(dst []byte) []byte { return f.crowd.Order(dst, n, at) },
			)
		}
		for p := range batches {
			items[p] = batches[p].Items()
		}
		if err := f.packer.Send(ctx, items, due); err != nil && ctx.Err() == nil {
			return fmt.Errorf("keeping up the load: %w", err)
		}
		f.sent.Store(n)
	}
}

// memberAsker asks for members who have orders.
type memberAsker struct {
	http *http.Client
	url  string
	flow *orderFlow
}

func (a *memberAsker) ask(ctx context.Context) error {
	id := a.flow.crowd.Key(nil, rand.Int64N(max(a.flow.sent.Load(), 1))) // anybody, no secret
	_, err := readMember(ctx, a.http, a.url, string(id))
	return err
}

// flowed is what was measured under a flow.
type flowed struct {
	reads *hdrhistogram.Histogram // µs
	cost  drained
}

// measureOrdersFlow measures questions and announcements while events come at half of the highest rate.
func measureOrdersFlow(ctx context.Context, o *orders, name string) (err error) {
	if o.best["levels"] == 0 {
		d, err := o.apply(ctx, name+"-before")
		if err != nil {
			return err
		}
		o.best["levels"] = d.rate
	}
	s := o.space(name)
	if err := o.prepare(ctx, &s); err != nil {
		return err
	}
	heard, err := o.listen(ctx, &s)
	if err != nil {
		return err
	}
	defer heard.end(&err)
	rate := o.best["levels"] / 2
	o.watch.Began(fmt.Sprintf("questions and announcements at %.0f events/s", rate))
	got, err := o.flowOrders(ctx, name, &s, rate, heard)
	if err != nil {
		return err
	}
	if heard.published.TotalCount() == 0 {
		return fmt.Errorf("no change of level was published at %.0f events/s", rate)
	}
	at := fmt.Sprintf("at %.0f k/s", rate/1000)
	o.add(
		plain(name, "member read p50", micros(got.reads, 50), unitMS).noted(at),
		ceiling(name, "member read p99", micros(got.reads, 99), unitMS, barMember).noted(fmt.Sprintf("%s, %.0f questions/s", at, memberRate)),
		plain(name, "event to published p50", float64(heard.published.ValueAtQuantile(50)), unitMS).noted(at),
		ceiling(name, "event to published p99", float64(heard.published.ValueAtQuantile(99)), unitMS, barPublished).
			noted(fmt.Sprintf("%.0f k/s", float64(heard.published.TotalCount())/o.cfg.For.Seconds()/1000)),
		ceiling(name, "announced twice as one", float64(heard.twice()), "", 0),
		plain(name, "cpu", got.cost.cpu, unitCPU),
		ceiling(name, "peak memory", got.cost.peak, unitBytes, barLevelsMemory),
	)
	return nil
}

func (o *orders) flowOrders(ctx context.Context, name string, s *ordersSpace, rate float64, heard *listener) (got flowed, err error) {
	k, err := o.keep(ctx, s)
	if err != nil {
		return flowed{}, err
	}
	defer o.leave(k, s, false, &err)
	f := &orderFlow{
		packer: o.kafka.NewPacker(s.prefix+schemas.TopicOrders, o.cfg.Partitions), partitions: o.cfg.Partitions, crowd: s.crowd, rate: rate,
	}
	flowing, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- f.run(flowing) }()
	err = func() error {
		if _, err := k.begun(ctx); err != nil {
			return err
		}
		if err := o.warm(ctx, k, f); err != nil {
			return err
		}
		profiled := o.profile(ctx, k.product, name, 5*time.Second)
		heard.span(time.Now(), o.cfg.For)
		a := &memberAsker{http: o.http, url: k.public, flow: f}
		if got.reads, err = openLoop(ctx, memberClients, memberRate, o.cfg.For, a.ask); err != nil {
			return err
		}
		return <-profiled
	}()
	stop()
	if err := errors.Join(err, <-ended); err != nil {
		return flowed{}, err
	}
	if got.cost, err = o.cost(ctx, k.product); err != nil {
		return flowed{}, err
	}
	if _, err := k.until(ctx, steadyPoll, drainLimit, func(c counts) bool { return c.settled >= float64(f.sent.Load()) }); err != nil {
		return flowed{}, err
	}
	if _, err := k.allPublished(ctx); err != nil {
		return flowed{}, err
	}
	return got, o.allHeard(ctx, s, heard)
}

// warm waits until what came while the process was starting is worked off, and the relay, whose partition is given out a
// few seconds later, publishes as it comes.
func (o *orders) warm(ctx context.Context, k *keeper, f *orderFlow) error {
	if err := pause.For(ctx, warmUp); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, publishLimit, errors.New("events or changes of level wait longer and longer"))
	defer cancel()
	for {
		announced, published, err := k.published(ctx)
		if err != nil {
			return err
		}
		now, err := k.read(ctx)
		if err != nil {
			return err
		}
		waiting := float64(f.sent.Load()) - now.settled
		if published > 0 && announced-published < announced/20 && waiting < f.rate/2 {
			return nil
		}
		if err := pause.For(ctx, steadyPoll); err != nil {
			return fmt.Errorf("%.0f events and %.0f changes wait: %w", waiting, announced-published, err)
		}
	}
}
