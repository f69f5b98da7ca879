// Package probe finds out how long it takes from an event until a search sees it, whatever the store.
package probe

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"sluice/pipelines"
)

// Config says how often a stored write is looked for by a search.
type Config struct {
	Interval time.Duration // at most one probe is begun per interval; 0 = 5 s
	Poll     time.Duration // between two searches of one probe, the error of its measure; 0 = 25 ms
	GiveUp   time.Duration // after which a probe counts as missed; 0 = 60 s
}

// The defaults of a Config.
const (
	defaultInterval = 5 * time.Second
	defaultPoll     = 25 * time.Millisecond
	defaultGiveUp   = 60 * time.Second
)

// Observer is told what probes find; it must not block.
type Observer interface {
	// Searchable reports how long after its event a write was found by a search.
	Searchable(took time.Duration)

	// Unseen reports a probe that gave up, or that could not ask.
	Unseen(err error)
}

// Searcher is the store that is asked.
type Searcher interface {
	// Sees reports whether a search, not a look-up by id, finds the write or a newer version of it now.
	Sees(ctx context.Context, w pipelines.Write) (bool, error)
}

// Prober finds out how long it takes from an event until a search, not a get, sees it.
type Prober struct {
	cfg    Config
	store  Searcher
	obs    Observer
	next   atomic.Int64 // ms since 1970 UTC: no probe before
	sample chan pipelines.Write
}

// ErrNeverSearchable is what a probe that gave up reports.
var ErrNeverSearchable = errors.New("no search saw the write in time")

// New makes a prober; it begins with Run.
func New(cfg Config, store Searcher, obs Observer) (*Prober, error) {
	if store == nil || obs == nil {
		return nil, errors.New("probe: a store and an observer are needed")
	}
	if cfg.Interval < 0 || cfg.Poll < 0 || cfg.GiveUp < 0 {
		return nil, errors.New("probe: a time is below zero")
	}
	orDefault := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	orDefault(&cfg.Interval, defaultInterval)
	orDefault(&cfg.Poll, defaultPoll)
	orDefault(&cfg.GiveUp, defaultGiveUp)
	return &Prober{cfg: cfg, store: store, obs: obs, sample: make(chan pipelines.Write, 1)}, nil
}

// Offer hands in a write that was just stored. It never blocks and mostly does nothing; it
// copies what it keeps. Safe from many goroutines at once.
func (p *Prober) Offer(w pipelines.Write) {
	now, next := time.Now().UnixMilli(), p.next.Load()
	if w.Key == nil || now < next || !p.next.CompareAndSwap(next, now+p.cfg.Interval.Milliseconds()) {
		return
	}
	kept := pipelines.Write{Target: strings.Clone(w.Target), Key: bytes.Clone(w.Key), Version: w.Version, Time: w.Time, Body: bytes.Clone(w.Body)}
	select {
	case p.sample <- kept:
	default: // the last probe is still under way
	}
}

// Run carries out the probes until ctx ends, and then returns nil.
func (p *Prober) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return nil
		case w := <-p.sample:
			err := p.probe(ctx, w)
			switch {
			case ctx.Err() != nil: // the end, which says nothing about the store
			case err != nil:
				p.obs.Unseen(err)
			default:
				p.obs.Searchable(time.Since(time.UnixMilli(w.Time)))
			}
		}
	}
	return nil
}

// probe asks until a search sees the write, or a newer version of it.
func (p *Prober) probe(ctx context.Context, w pipelines.Write) error {
	limited, cancel := context.WithTimeoutCause(ctx, p.cfg.GiveUp, ErrNeverSearchable)
	defer cancel()
	tick := time.NewTicker(p.cfg.Poll)
	defer tick.Stop()
	for {
		seen, err := p.store.Sees(limited, w)
		if seen || err != nil {
			return err
		}
		select {
		case <-limited.Done():
			return context.Cause(limited)
		case <-tick.C:
		}
	}
}
