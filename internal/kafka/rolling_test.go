package kafka

import (
	"context"
	"sync"
	"testing"
	"time"

	"sluice/pipelines"
)

// Members are stopped and started one right after the other, so that each stop meets the rebalance
// of the one before. Lanes commit only as they go: a commit that is lost makes records come twice.
func TestMembersRestartedOneAfterTheOtherReadNothingTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		const partitions, members, rounds, perTurn = 6, 3, 2, 60
		makeTopic(t, cfg, "pings", partitions)
		p := publisherOf(t, cfg, PublisherConfig{})
		r := &readers{t: t, cfg: cfg, seen: map[pipelines.Partition]map[int64]int{}, all: make(chan struct{}), want: (1 + members*rounds) * perTurn}
		publish(t, p, "pings", perTurn)
		running := make([]*restarted, members)
		for i := range running {
			running[i] = r.start()
		}
		for range rounds {
			for i := range running {
				publish(t, p, "pings", perTurn)
				running[i].end(t)
				running[i] = r.start()
			}
		}
		select {
		case <-r.all:
		case <-time.After(30 * time.Second):
			t.Errorf("not all was read within half a minute")
		}
		for _, one := range running {
			one.end(t)
		}
		r.judge()
	})
}

// readers share what they read.
type readers struct {
	t    *testing.T
	cfg  Config
	want int
	all  chan struct{} // closed when so many different records have been read

	mu        sync.Mutex
	seen      map[pipelines.Partition]map[int64]int
	different int
}

type restarted struct {
	stop  context.CancelFunc
	ended chan error
}

func (r *readers) start() *restarted {
	r.t.Helper()
	g, err := NewGroup(r.cfg, r.cfg.TopicPrefix+"group", "pings", GroupConfig{HeartbeatInterval: 50 * time.Millisecond}, newTold())
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(r.t.Context())
	one := &restarted{stop: stop, ended: make(chan error, 1)}
	go func() { one.ended <- g.Run(ctx, r.serve) }()
	return one
}

func (o *restarted) end(t *testing.T) {
	t.Helper()
	o.stop()
	if err := <-o.ended; err != nil {
		t.Error(err)
	}
}

// serve reads until the lane ends, and then commits.
func (r *readers) serve(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
	next := int64(-1)
	for dst := make([]pipelines.Record, 10); ; {
		n, err := src.Poll(ctx, dst)
		if err != nil {
			break
		}
		r.read(part, dst[:n])
		next = dst[n-1].Offset + 1
	}
	if next >= 0 {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := src.Commit(last, next); err != nil {
			r.t.Errorf("the last commit of %v: %v", part, err)
		}
	}
	return context.Cause(ctx)
}

func (r *readers) read(part pipelines.Partition, records []pipelines.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[part] == nil {
		r.seen[part] = map[int64]int{}
	}
	for i := range records {
		r.seen[part][records[i].Offset]++
		if r.seen[part][records[i].Offset] == 1 {
			if r.different++; r.different == r.want {
				close(r.all)
			}
		}
	}
}

func (r *readers) judge() {
	r.mu.Lock()
	defer r.mu.Unlock()
	again := 0
	for _, offsets := range r.seen {
		for _, times := range offsets {
			again += times - 1
		}
	}
	if again > 0 || r.different != r.want {
		r.t.Errorf("%d of %d records were read, %d of them again", r.different, r.want, again)
	}
}
