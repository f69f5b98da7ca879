package progress

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"sluice/internal/apikeys"
)

// Kafka answers how a pipeline stands. It is called from several goroutines at once.
type Kafka interface {
	// Offsets are those of each partition of the pipeline's topic, in their order, without Oldest.
	Offsets(ctx context.Context, s Source) ([]Offsets, error)
	// Written is when the oldest record of a partition from that offset on was written;
	// zero when that cannot be told.
	Written(ctx context.Context, s Source, partition int32, offset int64) (time.Time, error)
}

// Observer is told what did not answer: "kafka", "levels" for their store, or a peer's address. It must not block.
type Observer interface {
	Unanswered(who string, err error)
}

// Deps are what answers are made of.
type Deps struct {
	Kafka    Kafka
	Local    func() []Pipeline                        // the pipelines of this process: state, counts, and the partitions that it owns; nil = it has none
	Relay    func(ctx context.Context) (Relay, error) // what of member levels waits to be published; nil = not known
	Keys     *apikeys.Keys
	Observer Observer
}

// Progress answers /v1/pipelines.
type Progress struct {
	cfg     Config
	deps    Deps
	process string // tells this process from its peers
	client  *http.Client
	lookup  func(ctx context.Context, host string) ([]string, error)

	mu      sync.Mutex // guards what follows
	looking chan struct{}
	seen    Answer // shared by all who are given it
	seenAt  time.Time
	past    map[string]*History // by pipeline
}

// New refuses settings that cannot be, all complaints at once.
func New(cfg Config, deps Deps) (*Progress, error) {
	err := cfg.Validate()
	if deps.Kafka == nil || deps.Keys == nil || deps.Observer == nil {
		err = errors.Join(err, errors.New("progress needs Kafka, keys and an observer"))
	}
	if err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	if deps.Local == nil {
		deps.Local = func() []Pipeline { return nil }
	}
	p := &Progress{
		cfg: cfg, deps: deps, process: rand.Text(), client: newClient(),
		lookup: net.DefaultResolver.LookupHost, past: map[string]*History{},
	}
	for _, s := range cfg.Pipelines {
		p.past[s.Pipeline] = NewHistory(cfg.Window)
	}
	return p, nil
}

// Run looks at Kafka now and then until ctx ends, so that the first who asks is told rates.
// Without it every answer is the same but for those.
func (p *Progress) Run(ctx context.Context) error {
	defer p.client.CloseIdleConnections()
	tick := time.NewTicker(p.cfg.Every)
	defer tick.Stop()
	for {
		p.sample(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// sample keeps one look at Kafka, without the ages, which cost a fetch for each partition.
func (p *Progress) sample(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.KafkaTimeout)
	defer cancel()
	samples, err := p.offsets(ctx)
	if err != nil {
		if !errors.Is(context.Cause(ctx), context.Canceled) {
			p.deps.Observer.Unanswered(kafka, err)
		}
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remember(samples)
}

// remember adds a sample to each pipeline's past; the lock is held.
func (p *Progress) remember(samples []Sample) {
	for i := range samples {
		p.past[p.cfg.Pipelines[i].Pipeline].Add(samples[i])
	}
}
