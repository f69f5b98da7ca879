package bench

import (
	"context"
	"errors"
	"time"

	"sluice/internal/bench/bare"
	"sluice/internal/bench/crowd"
	"sluice/schemas"
)

const pipelineIndex = "order-index"

// measureUpOnOrders measures the embedded default under a backlog of orders: broker, both stores, all pipelines and the relay in
// one process.
func measureUpOnOrders(ctx context.Context, o *orders, name string) (err error) {
	o.watch.Began("the embedded default drains order events")
	r, err := o.up(ctx, "up")
	if err != nil {
		return err
	}
	defer r.end(&err)
	to, err := bare.Open([]string{r.kafka})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	ends, err := to.Ends(schemas.TopicOrders)
	if err != nil {
		return err
	}
	people, err := crowd.New(o.cfg.Members, len(ends), time.Now().UnixMilli())
	if err != nil {
		return err
	}
	if err := o.pour(ctx, to, schemas.TopicOrders, len(ends), people); err != nil {
		return err
	}
	profiled := o.profile(ctx, r.product, name, 5*time.Second)
	before, err := r.readOf(ctx, pipelineIndex)
	if err != nil {
		return err
	}
	from, err := r.readOf(ctx, pipelineLevels)
	if err != nil {
		return err
	}
	all := float64(o.cfg.Events)
	end, err := r.until(ctx, steadyPoll, drainLimit, func(c counts) bool {
		o.watch.Progress(int64(c.at.Sub(from.at)), int64(o.cfg.For))
		return c.at.Sub(from.at) >= o.cfg.For || c.settled >= all
	})
	if err != nil {
		return err
	}
	used, err := r.child.Usage()
	if err != nil {
		return err
	}
	index, err := r.readOf(ctx, pipelineIndex)
	if err != nil {
		return err
	}
	o.add(
		floor(name, "rate", end.rateSince(from), unitRate, barUpOrders),
		plain(name, "order index beside it", index.rateSince(before), unitRate),
		plain(name, "cpu, all in one process", used.CPU.Seconds()/end.settled*1e6, unitCPU),
		plain(name, "peak memory", mebibytes(used.Peak), unitBytes),
	)
	return <-profiled
}

// readOf reads the counters of one of several pipelines; it is the one that is read from then on.
func (p *product) readOf(ctx context.Context, pipeline string) (counts, error) {
	p.pipeline = pipeline
	return p.read(ctx)
}

// rateSince is how many records were settled a second.
func (c counts) rateSince(from counts) float64 {
	return (c.settled - from.settled) / c.at.Sub(from.at).Seconds()
}
