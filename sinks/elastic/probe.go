package elastic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"sluice/pipelines"
)

// ProbeConfig says how often a stored write is looked for by a search.
type ProbeConfig struct {
	Interval time.Duration // at most one probe is begun per interval; 0 = 5 s
	Poll     time.Duration // between two searches of one probe, the error of its measure; 0 = 25 ms
	GiveUp   time.Duration // after which a probe counts as missed; 0 = 60 s
}

// The defaults of a ProbeConfig.
const (
	DefaultProbeInterval = 5 * time.Second
	DefaultProbePoll     = 25 * time.Millisecond
	DefaultProbeGiveUp   = 60 * time.Second
)

// ProbeObserver is told what probes find; it must not block.
type ProbeObserver interface {
	// Searchable reports how long after its event a write was found by a search.
	Searchable(target string, took time.Duration)

	// NotSearchable reports a probe that gave up, or that could not ask.
	NotSearchable(target string, err error)
}

// Prober finds out how long it takes from an event until a search, not a get, sees it.
type Prober struct {
	client *client
	cfg    ProbeConfig
	obs    ProbeObserver
	next   atomic.Int64 // ms since 1970 UTC: no probe before
	sample chan pipelines.Write
}

var errNeverSearchable = errors.New("no search saw the write in time")

// NewProber makes a prober with connections of its own.
func NewProber(cfg Config, probe ProbeConfig, obs ProbeObserver) (*Prober, error) {
	if obs == nil {
		return nil, errors.New("elastic: a probe observer is needed")
	}
	if probe.Interval < 0 || probe.Poll < 0 || probe.GiveUp < 0 {
		return nil, errors.New("elastic: a probe's times are below zero")
	}
	c, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	orDefault := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	orDefault(&probe.Interval, DefaultProbeInterval)
	orDefault(&probe.Poll, DefaultProbePoll)
	orDefault(&probe.GiveUp, DefaultProbeGiveUp)
	return &Prober{client: c, cfg: probe, obs: obs, sample: make(chan pipelines.Write, 1)}, nil
}

// Offer hands in a write that was just stored. It never blocks and mostly does nothing; it
// copies what it keeps. Safe from many goroutines at once.
func (p *Prober) Offer(w pipelines.Write) {
	now, next := time.Now().UnixMilli(), p.next.Load()
	if w.Key == nil || now < next || !p.next.CompareAndSwap(next, now+p.cfg.Interval.Milliseconds()) {
		return
	}
	kept := pipelines.Write{Target: strings.Clone(w.Target), Key: bytes.Clone(w.Key), Version: w.Version, Time: w.Time}
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
				p.obs.NotSearchable(w.Target, err)
			default:
				p.obs.Searchable(w.Target, time.Since(time.UnixMilli(w.Time)))
			}
		}
	}
	return nil
}

// probe asks until a search sees the write, or a newer version of it.
func (p *Prober) probe(ctx context.Context, w pipelines.Write) error {
	limited, cancel := context.WithTimeoutCause(ctx, p.cfg.GiveUp, errNeverSearchable)
	defer cancel()
	tick := time.NewTicker(p.cfg.Poll)
	defer tick.Stop()
	for {
		seen, err := p.sees(limited, w)
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

func (p *Prober) sees(ctx context.Context, w pipelines.Write) (bool, error) {
	var reply struct {
		Hits struct {
			Hits []struct {
				Version int64 `json:"_version"`
			} `json:"hits"`
		} `json:"hits"`
	}
	query := object{
		"size": 1, "version": true, "track_total_hits": false, "_source": false,
		"query": object{"ids": object{"values": []string{string(w.Key)}}},
	}
	path := "/" + p.client.cfg.IndexPrefix + w.Target + "/_search?filter_path=hits.hits._version"
	if err := p.client.ask(ctx, http.MethodPost, path, query, &reply); err != nil {
		return false, fmt.Errorf("probing: %w", err)
	}
	return len(reply.Hits.Hits) > 0 && reply.Hits.Hits[0].Version >= w.Version, nil
}

// Close ends the connections that are not in use.
func (p *Prober) Close() { p.client.close() }
