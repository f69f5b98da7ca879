package bench

import (
	"context"
	"errors"
	"time"

	"sluice/internal/bench/fleet"
	"sluice/internal/pause"
)

// load is a pipeline under a steady flow of pings.
type load struct {
	what       string
	space      space
	rate       float64
	probeEvery time.Duration
	probed     func(id string, ts int64)
	pipeline   string
	env        []string
	warmed     func(ctx context.Context) error // called once the load has flowed for a while; nil = nothing to do
	profile    string                          // file name of a profile, "" = none
}

// under starts the pipeline and the flow, lets both warm up, calls work, and returns what
// the pipeline had cost by then.
func (b *run) under(ctx context.Context, l load, work func(ctx context.Context) error) (used drained, err error) {
	b.watch.Began(l.what)
	defer func() { err = errors.Join(err, b.kafka.ForgetGroups(b.cfg.Prefix)) }()
	p, err := b.start(ctx, "pipelines", l.pipeline, l.space.with(l.env...))
	if err != nil {
		return drained{}, err
	}
	defer p.end(&err)
	if err := p.ready(ctx); err != nil {
		return drained{}, err
	}
	flowing, stop := context.WithCancel(ctx)
	defer stop()
	f := &flow{
		packer: b.kafka.NewPacker(l.space.topic(), b.cfg.Partitions), partitions: b.cfg.Partitions,
		fleet: fleet.New(b.cfg.Drivers, b.cfg.Seed), rate: l.rate, probeEvery: l.probeEvery, probed: l.probed,
	}
	flowed := make(chan error, 1)
	go func() { flowed <- f.run(flowing) }()
	err = b.warmAndWork(ctx, p, l, work)
	stop()
	if err := errors.Join(err, <-flowed); err != nil {
		return drained{}, err
	}
	return b.cost(ctx, p)
}

func (b *run) warmAndWork(ctx context.Context, p *product, l load, work func(ctx context.Context) error) error {
	if _, err := p.begun(ctx); err != nil {
		return err
	}
	if err := pause.For(ctx, warmUp); err != nil {
		return err
	}
	if l.warmed != nil {
		if err := l.warmed(ctx); err != nil {
			return err
		}
	}
	profiled := make(<-chan error)
	if l.profile != "" {
		profiled = b.profile(ctx, p, l.profile, 5*time.Second)
	}
	if err := work(ctx); err != nil {
		return err
	}
	if l.profile != "" {
		return <-profiled
	}
	return nil
}

func (b *run) cost(ctx context.Context, p *product) (drained, error) {
	now, err := p.read(ctx)
	if err != nil {
		return drained{}, err
	}
	used, err := p.child.Usage()
	if err != nil {
		return drained{}, err
	}
	return drained{cpu: used.CPU.Seconds() / now.consumed * 1e6, peak: mebibytes(used.Peak)}, nil
}
