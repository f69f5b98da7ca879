package bench

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"

	"sluice/schemas"
)

// prober looks for each probe from its being sent until a realtime get (stored) and a
// search (searchable) find it.
type prober struct {
	elastic *elastic
	prefix  string
	place   func(id string, ts int64) docAt

	mu         sync.Mutex
	counting   bool
	unstored   map[string]int64 // id -> event time, ms
	unsearched map[string]int64
	stored     *hdrhistogram.Histogram // ms
	searchable *hdrhistogram.Histogram // ms
}

const (
	probePoll  = 25 * time.Millisecond
	probeGrace = 10 * time.Second // how long the last probes may take
	probeMaxMS = 600_000
)

func (b *run) newProber(s space, pipeline string) *prober {
	p := &prober{
		elastic: b.elastic, prefix: s.prefix,
		unstored: map[string]int64{}, unsearched: map[string]int64{},
		stored: hdrhistogram.New(1, probeMaxMS, 3), searchable: hdrhistogram.New(1, probeMaxMS, 3),
	}
	p.place = func(id string, _ int64) docAt { return docAt{Index: s.prefix + schemas.PositionsIndex, ID: id} }
	if pipeline == pipelineHistory {
		p.place = func(id string, ts int64) docAt {
			return docAt{Index: s.prefix + schemas.PingIndex(ts), ID: id + "-" + strconv.FormatInt(ts, 10) + "-0"}
		}
	}
	return p
}

// sent notes a probe; before count it does nothing.
func (p *prober) sent(id string, ts int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.counting {
		p.unstored[id], p.unsearched[id] = ts, ts
	}
}

// count begins to look for the probes sent from now on, and stops noting new ones after
// span; it returns once all are found, or with an error that says how many never were.
func (p *prober) count(ctx context.Context, span time.Duration) error {
	p.setCounting(true)
	ctx, cancel := context.WithTimeout(ctx, span+probeGrace)
	defer cancel()
	time.AfterFunc(span, func() { p.setCounting(false) })
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return p.loop(ctx, p.lookStored, p.unstored) })
	group.Go(func() error { return p.loop(ctx, p.lookSearchable, p.unsearched) })
	return group.Wait()
}

func (p *prober) setCounting(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counting = on
}

func (p *prober) loop(ctx context.Context, look func(context.Context) error, open map[string]int64) error {
	tick := time.NewTicker(probePoll)
	defer tick.Stop()
	for {
		if err := look(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		p.mu.Lock()
		left, counting := len(open), p.counting
		p.mu.Unlock()
		if left == 0 && !counting {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%d probes were never found", left), context.Cause(ctx))
		}
	}
}

func (p *prober) lookStored(ctx context.Context) error {
	ids, times := p.open(p.unstored)
	if len(ids) == 0 {
		return nil
	}
	docs := make([]docAt, len(ids))
	for i, id := range ids {
		docs[i] = p.place(id, times[i])
	}
	found, err := p.elastic.stored(ctx, docs)
	if err != nil {
		return err
	}
	var hits []string
	for i, ok := range found {
		if ok {
			hits = append(hits, ids[i])
		}
	}
	return p.found(hits, p.unstored, p.stored)
}

func (p *prober) lookSearchable(ctx context.Context) error {
	ids, _ := p.open(p.unsearched)
	if len(ids) == 0 {
		return nil
	}
	hits, err := p.elastic.searchable(ctx, p.prefix, ids)
	if err != nil {
		return err
	}
	return p.found(hits, p.unsearched, p.searchable)
}

func (p *prober) open(from map[string]int64) (ids []string, times []int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, ts := range from {
		ids, times = append(ids, id), append(times, ts)
	}
	return ids, times
}

func (p *prober) found(ids []string, open map[string]int64, ages *hdrhistogram.Histogram) error {
	now := time.Now().UnixMilli()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids {
		ts, ok := open[id]
		if !ok {
			continue
		}
		delete(open, id)
		if err := ages.RecordValue(max(now-ts, 1)); err != nil {
			return fmt.Errorf("keeping the age of a probe: %w", err)
		}
	}
	return nil
}
