package bench

import (
	"context"
	"fmt"
	"time"

	"sluice/internal/pause"
)

const (
	slowLatency = 2 * time.Second
	barDrain    = 0.8 // of the rate of the bench
)

// measureBacklog holds the sink slow for half of the time of a measurement, then fast.
func measureBacklog(ctx context.Context, b *run, name string) (err error) {
	if err := b.fill(ctx); err != nil {
		return err
	}
	sink, err := b.startNull(ctx)
	if err != nil {
		return err
	}
	defer sink.end(&err)
	env := sink.env(noAgeLimit)
	var rates, limits, peaks []float64
	for i := range b.cfg.Runs {
		limit, err := b.drain(ctx, name+"-limit", pipelineHistory, false, env)
		if err != nil {
			return err
		}
		d, err := b.slowThenFast(ctx, fmt.Sprintf("%s-%d", name, i), sink, env)
		if err != nil {
			return err
		}
		rates, limits, peaks = append(rates, d.rate), append(limits, limit.rate), append(peaks, d.peak)
	}
	b.add(
		ceiling(name, "peak memory", median(peaks), unitBytes, barMemory).noted(fmt.Sprintf("%s answers for %s", slowLatency, b.cfg.For/2)),
		beside(name, "drain", rates, limits, unitRate, "never slow", barDrain),
	)
	return nil
}

func (b *run) slowThenFast(ctx context.Context, name string, sink *nullSink, env []string) (d drained, err error) {
	b.watch.Began("a backlog behind a slow sink")
	if err := sink.latency(ctx, slowLatency); err != nil {
		return drained{}, err
	}
	p, _, err := b.onBacklog(ctx, pipelineHistory, env)
	if err != nil {
		return drained{}, err
	}
	defer b.finish(p, &err)
	if err := pause.For(ctx, b.cfg.For/2); err != nil {
		return drained{}, err
	}
	from, err := p.read(ctx)
	if err != nil {
		return drained{}, err
	}
	if err := sink.latency(ctx, 0); err != nil {
		return drained{}, err
	}
	from.at = time.Now()
	profiled := b.profile(ctx, p, name, 2*time.Second)
	all := float64(b.cfg.Records)
	end, err := p.until(ctx, drainPoll, drainLimit, func(c counts) bool {
		b.watch.Progress(int64(c.settled), b.cfg.Records)
		return c.settled >= all
	})
	if err != nil {
		return drained{}, err
	}
	used, err := p.child.Usage()
	if err != nil {
		return drained{}, err
	}
	d = drained{rate: (all - from.settled) / end.at.Sub(from.at).Seconds(), peak: mebibytes(used.Peak)}
	return d, <-profiled
}
