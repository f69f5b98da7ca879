package rewind

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sluice/pipelines"
)

// membership is a process's membership of a pipeline's group: who may be given partitions.
type membership struct {
	proc  *process
	topic string
	mu    sync.Mutex
	serve pipelines.Serve
	ctx   context.Context // Run's
	lanes sync.WaitGroup
}

// Run waits for the end: partitions are given by the world.
func (m *membership) Run(ctx context.Context, serve pipelines.Serve) error {
	m.mu.Lock()
	m.serve, m.ctx = serve, ctx
	m.mu.Unlock()
	<-ctx.Done()
	m.mu.Lock()
	m.serve = nil
	m.mu.Unlock()
	m.lanes.Wait()
	return nil
}

// tenure is one process's time with a partition.
type tenure struct {
	revoke context.CancelCauseFunc
	done   chan struct{}
	topic  string
}

// give starts a lane in the process, when that runs.
func (m *membership) give(part pipelines.Partition) *tenure {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.serve == nil {
		return nil
	}
	serve, w := m.serve, m.proc.w
	ctx, revoke := context.WithCancelCause(m.ctx)
	w.mu.Lock()
	p := w.parts[part]
	p.gen++
	src := &claimOf{proc: m.proc, part: part, topic: p.topic, gen: p.gen, start: max(p.next, 0), committed: p.next, at: max(p.next, 0)}
	w.mu.Unlock()
	held := &tenure{revoke: revoke, done: make(chan struct{}), topic: src.topic}
	m.lanes.Go(func() {
		defer close(held.done)
		defer revoke(nil)
		err := serve(ctx, part, src)
		if err != nil && ctx.Err() == nil {
			w.mu.Lock()
			w.fail("serving %v: %v", part, err)
			w.mu.Unlock()
		}
	})
	return held
}

// claimOf is a claim's source.
type claimOf struct {
	proc      *process
	part      pipelines.Partition
	topic     string
	gen       int
	start     int64
	at        int64 // read next
	mu        sync.Mutex
	committed int64
}

// Poll gives the records that are there, or waits.
func (c *claimOf) Poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	for {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		if err := c.proc.step(); err != nil {
			<-ctx.Done()
			return 0, context.Cause(ctx)
		}
		w := c.proc.w
		w.mu.Lock()
		n, p := 0, w.parts[c.part]
		if p.topic == c.topic {
			for n < len(dst) && c.at < p.end() {
				if rec := p.log[c.at]; rec.Value != nil {
					dst[n] = rec
					n++
				}
				c.at++
			}
		}
		changed := w.changed
		w.mu.Unlock()
		if n > 0 {
			return n, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// Commit is fenced by the claim's generation, and ignores what it has committed.
func (c *claimOf) Commit(ctx context.Context, next int64) (err error) {
	failed := c.proc.act(false, func() {
		p := c.proc.w.parts[c.part]
		c.mu.Lock()
		defer c.mu.Unlock()
		switch {
		case p.gen != c.gen:
			err = pipelines.ErrFenced
		case next <= c.committed:
		case next < p.next:
			c.proc.w.fail("the commit of %v goes back from %d to %d", c.part, p.next, next)
		default:
			if p.next < 0 {
				p.since = time.Now()
			}
			p.next, c.committed = next, next
		}
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.Join(err, failed)
}

// Lag is what was not polled.
func (c *claimOf) Lag() int64 {
	c.proc.w.mu.Lock()
	defer c.proc.w.mu.Unlock()
	return max(c.proc.w.parts[c.part].end()-c.at, 0)
}

// Feed is where the claim stands.
func (c *claimOf) Feed(context.Context) (feed pipelines.Feed, err error) {
	failed := c.proc.act(true, func() {
		p := c.proc.w.parts[c.part]
		c.mu.Lock()
		defer c.mu.Unlock()
		if p.topic != c.topic {
			err = errAnother
			return
		}
		feed = p.feed()
		feed.Next, feed.Fresh = max(c.committed, c.start), c.committed < 0
	})
	return feed, errors.Join(err, failed)
}

var errAnother = errors.New("the topic is another one by now")

// Rewind sets where Poll begins.
func (c *claimOf) Rewind(_ context.Context, next int64) error {
	c.proc.w.mu.Lock()
	defer c.proc.w.mu.Unlock()
	c.at = next
	return nil
}

// Position is where Poll goes on.
func (c *claimOf) Position() int64 {
	c.proc.w.mu.Lock()
	defer c.proc.w.mu.Unlock()
	return c.at
}

// keeper gives one partition to one process after the other, as a coordinator does.
type keeper struct {
	w     *world
	part  pipelines.Partition
	crew  *crew
	now   *tenure
	owner *process
}

// move gives the partition to somebody else. A lane that does not let go, because its process sleeps or
// takes too long, goes on: two then have it.
func (k *keeper) move(to *process) {
	if k.now != nil {
		k.now.revoke(pipelines.ErrRevoked)
		late := time.NewTimer(3 * time.Second)
		select {
		case <-k.now.done:
		case <-late.C:
		}
		late.Stop()
	}
	k.now, k.owner = nil, nil
	if m := to.groups[k.part.Topic]; m != nil {
		if k.now = m.give(k.part); k.now != nil {
			k.owner = to
		}
	}
}

func (k *keeper) String() string { return fmt.Sprint(k.part) }
