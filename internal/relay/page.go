package relay

import (
	"context"
	"errors"
	"sync"

	"sluice/schemas"
)

// page is entries of a bucket on their way to Kafka.
type page struct {
	relay  *Relay
	bucket int
	before map[string]bool // what Kafka has already

	mu    sync.Mutex
	held  map[string]error // topics that failed
	acked []*schemas.OutboxEntry
}

// publish brings the entries of a page to Kafka, and gives those that arrived. Those of one member go one behind the other, those
// of several side by side: only a member's are in an order that matters. A topic that fails holds back what has not begun of its
// own entries, and no others.
func (r *Relay) publish(ctx context.Context, bucket int, entries []schemas.OutboxEntry) ([]*schemas.OutboxEntry, error) {
	p := &page{relay: r, bucket: bucket, before: r.desk.kept(bucket), held: map[string]error{}}
	places := make(chan struct{}, r.cfg.Members)
	var all sync.WaitGroup
	for _, chain := range chains(entries) {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			p.bring(ctx, chain)
		})
	}
	all.Wait()
	var errs []error
	for _, err := range p.held {
		errs = append(errs, err)
	}
	return p.acked, errors.Join(errs...)
}

// chains are the entries by what has an order, each chain in its own.
func chains(entries []schemas.OutboxEntry) [][]*schemas.OutboxEntry {
	type member struct{ topic, key string }
	known := make(map[member]int, len(entries))
	var all [][]*schemas.OutboxEntry
	for i := range entries {
		e := &entries[i]
		m := member{e.Topic, string(e.Key)}
		n, found := known[m]
		if !found {
			n = len(all)
			known[m], all = n, append(all, nil)
		}
		all[n] = append(all[n], e)
	}
	return all
}

// bring publishes a chain up to its first entry that fails.
func (p *page) bring(ctx context.Context, chain []*schemas.OutboxEntry) {
	for _, e := range chain {
		if !p.before[identity(e)] {
			if ctx.Err() != nil || p.holds(e.Topic) {
				return
			}
			if err := p.relay.bring(ctx, p.bucket, e); err != nil {
				p.hold(e.Topic, err)
				return
			}
		}
		p.mu.Lock()
		p.acked = append(p.acked, e)
		p.mu.Unlock()
	}
}

func (p *page) holds(topic string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.held[topic] != nil
}

func (p *page) hold(topic string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held[topic] = err
}
