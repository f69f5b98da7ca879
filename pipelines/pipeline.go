package pipelines

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Pipeline carries one topic to one sink: a lane per partition.
type Pipeline[T any] struct {
	cfg    Config
	stream func() Stream[T]
	sink   Sink
	dead   DeadLetters
	obs    Observer
	lanes  atomic.Int64
}

// New checks the configuration and builds a pipeline; stream gives each lane its own
// Stream. Coalescing needs a Stream that is Identified.
func New[T any](cfg Config, stream func() Stream[T], sink Sink, dead DeadLetters, obs Observer) (*Pipeline[T], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configuring pipeline %q: %w", cfg.Name, err)
	}
	if _, identified := stream().(Identified[T]); !identified && cfg.CoalesceWindow > 0 {
		return nil, fmt.Errorf("configuring pipeline %q: coalesceWindow is set, but its records have no identity", cfg.Name)
	}
	cfg.applyDefaults()
	return &Pipeline[T]{cfg: cfg, stream: stream, sink: sink, dead: dead, obs: obs}, nil
}

// Run carries what the group assigns until ctx ends and every lane has drained. It
// returns nil after a stop that ctx asked for.
func (p *Pipeline[T]) Run(ctx context.Context, group Group) error {
	err := group.Run(ctx, p.serve)
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("running pipeline %s: %w", p.cfg.Name, err)
	}
	return nil
}

// serve carries one partition and watches it from outside.
func (p *Pipeline[T]) serve(ctx context.Context, part Partition, source Source) error {
	p.lanes.Add(1)
	defer p.lanes.Add(-1)
	g := &gauge{part: part, source: source}
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	var watch sync.WaitGroup
	watch.Go(func() { g.watch(watching, p.cfg.StallAfter, p.obs) })
	defer watch.Wait()
	defer stop()
	return p.lane(part, source, g).run(ctx)
}

func (p *Pipeline[T]) lane(part Partition, source Source, g *gauge) *lane[T] {
	l := &lane[T]{
		cfg: &p.cfg, part: part, source: source, obs: p.obs, stream: p.stream(), gauge: g,
		settle:   &settler{cfg: &p.cfg, part: part, sink: p.sink, dead: p.dead, obs: p.obs},
		share:    func() int64 { return p.cfg.BufferBytes / max(p.lanes.Load(), 1) },
		progress: newProgress(),
		landed:   make(chan landing, p.cfg.InFlight),
		answered: make(chan answer, 1),

		seats:     newSeats(p.cfg.Identities),
		coalescer: newCoalescer(p.cfg.CoalesceWindow),
	}
	l.keyed, _ = l.stream.(Identified[T])
	return l
}
