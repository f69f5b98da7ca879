package bench

import (
	"context"
	"errors"
	"time"
)

// drained is how a pipeline worked off the backlog.
type drained struct {
	rate float64       // records/s
	cpu  float64       // seconds per million records, of the whole process
	peak float64       // MiB
	tail time.Duration // from the last record read to the last one settled
}

const (
	drainPoll  = 40 * time.Millisecond
	steadyPoll = 200 * time.Millisecond // a measurement by time has no end to be caught
	drainLimit = 5 * time.Minute
)

// noAgeLimit lets a backlog of any age through the gate, so that every record costs a write.
const noAgeLimit = "SLUICE_GPS_MAX_AGE=0s"

// drain runs a pipeline over the whole backlog. byReading takes the rate from the first
// record consumed to the last one, otherwise to the last one settled.
func (b *run) drain(ctx context.Context, name, pipeline string, byReading bool, env []string) (d drained, err error) {
	b.watch.Began(pipeline + " drains the backlog")
	p, begun, err := b.onBacklog(ctx, pipeline, env)
	if err != nil {
		return drained{}, err
	}
	defer b.finish(p, &err)
	profiled := b.profile(ctx, p, name, 3*time.Second)
	all := float64(b.cfg.Records)
	var read time.Time
	end, err := p.until(ctx, drainPoll, drainLimit, func(c counts) bool {
		b.watch.Progress(int64(c.settled), b.cfg.Records)
		if read.IsZero() && c.consumed >= all {
			read = c.at
		}
		return c.settled >= all
	})
	if err != nil {
		return drained{}, err
	}
	used, err := p.child.Usage()
	if err != nil {
		return drained{}, err
	}
	d = drained{cpu: used.CPU.Seconds() / all * 1e6, peak: mebibytes(used.Peak), tail: end.at.Sub(read)}
	if byReading {
		d.rate = all / read.Sub(begun).Seconds()
	} else {
		d.rate = all / end.at.Sub(begun).Seconds()
	}
	return d, <-profiled
}

// onBacklog starts a pipeline over the whole backlog, and waits until it reads; finish ends it.
func (b *run) onBacklog(ctx context.Context, pipeline string, env []string) (p *product, begun time.Time, err error) {
	p, err = b.start(ctx, "pipelines", pipeline, b.backlog.with(env...))
	if err != nil {
		return nil, time.Time{}, errors.Join(err, b.kafka.ForgetGroups(b.cfg.Prefix))
	}
	if begun, err = p.begun(ctx); err != nil {
		b.finish(p, &err)
		return nil, time.Time{}, err
	}
	return p, begun, nil
}

// finish ends a pipeline and forgets how far it was, so that the next begins at the start.
func (b *run) finish(p *product, err *error) {
	p.end(err)
	*err = errors.Join(*err, b.kafka.ForgetGroups(b.cfg.Prefix))
}

// begun waits for the first record and returns the last moment at which there was none.
func (p *product) begun(ctx context.Context) (time.Time, error) {
	before, asked := time.Now(), time.Now()
	_, err := p.until(ctx, pollEvery/2, time.Minute, func(c counts) bool {
		before, asked = asked, c.at
		return c.consumed > 0
	})
	return before, err
}

// steady is the rate of settling over a span, after a warm-up.
func (b *run) steady(ctx context.Context, name, pipeline string, env []string) (d drained, err error) {
	b.watch.Began(pipeline + " writes into Elasticsearch")
	p, begun, err := b.onBacklog(ctx, pipeline, env)
	if err != nil {
		return drained{}, err
	}
	defer b.finish(p, &err)
	profiled := b.profile(ctx, p, name, 5*time.Second)
	all := float64(b.cfg.Records)
	from, err := p.until(ctx, steadyPoll, drainLimit, func(c counts) bool { return c.at.Sub(begun) >= warmUp })
	if err != nil {
		return drained{}, err
	}
	end, err := p.until(ctx, steadyPoll, drainLimit, func(c counts) bool {
		b.watch.Progress(int64(c.at.Sub(begun)), int64(b.cfg.For))
		return c.at.Sub(begun) >= b.cfg.For || c.settled >= all
	})
	if err != nil {
		return drained{}, err
	}
	used, err := p.child.Usage()
	if err != nil {
		return drained{}, err
	}
	d = drained{
		rate: (end.settled - from.settled) / end.at.Sub(from.at).Seconds(),
		cpu:  used.CPU.Seconds() / end.settled * 1e6, peak: mebibytes(used.Peak),
	}
	return d, <-profiled
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }
