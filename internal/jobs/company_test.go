package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/schemas"
	"sluice/schemas/rules"
)

// company is the runners of a test and what they work on.
type company struct {
	t     testing.TB
	store *store
	work  workplace // what runners are hired for: store, unless the story is of a real one
	topic *topic
	heard *heard
	cfg   Config
	now   func() time.Time

	mu      sync.Mutex
	ends    []context.CancelFunc
	running sync.WaitGroup
}

// workplace is all that a runner asks of a store.
type workplace interface {
	Levels
	Coupons
	Members
}

// found begins a story at a time; members and buckets are the test's to put in.
func found(t testing.TB, inForce *rules.Rules, begins string, cfg Config) *company {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05 -07", begins+" +08")
	if err != nil {
		t.Fatal(err)
	}
	c := &company{t: t, store: newStore(inForce, 8), topic: newTopic(), heard: &heard{}, cfg: cfg, now: clock(at)}
	c.work = c.store
	return c
}

func (c *company) ms() int64 { return c.now().UnixMilli() }

// hire starts a runner.
func (c *company) hire() {
	r, err := New(c.cfg, Deps{
		Ticks: c.topic, Levels: c.work, Coupons: c.work, Members: c.work, Observer: c.heard, Now: c.now,
		Rules: func() *rules.Rules {
			c.store.mu.Lock()
			defer c.store.mu.Unlock()
			return c.store.rules
		},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	c.mu.Lock()
	c.ends = append(c.ends, end)
	c.mu.Unlock()
	c.running.Go(func() {
		if err := r.Run(ctx, c.topic); err != nil {
			c.t.Error(err)
		}
	})
}

// meet says what happens before and behind each call from now on.
func (c *company) meet(trouble func(ctx context.Context, step string) error) {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	c.store.trouble = trouble
}

// close ends all runners.
func (c *company) close() {
	c.mu.Lock()
	for _, end := range c.ends {
		end()
	}
	c.mu.Unlock()
	c.running.Wait()
}

// after lets virtual time pass.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// golds makes members who were gold in one month.
func (c *company) golds(n int, m schemas.Month) {
	for i := range n {
		c.store.join(fmt.Sprintf("M%04d", i), c.ms(), map[schemas.Month]int{m: 25})
	}
}

func (c *company) announced() []string {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	return slices.Clone(c.store.falls)
}

// once complains unless so many members fell, each once.
func (c *company) once(n int) {
	c.t.Helper()
	falls := c.announced()
	if len(falls) != n {
		c.t.Errorf("%d falls are announced, want %d", len(falls), n)
	}
	slices.Sort(falls)
	for i, fall := range falls {
		if i > 0 && fall == falls[i-1] {
			c.t.Errorf("%s is announced twice", fall)
		}
		if !strings.HasSuffix(fall, " bronze") {
			c.t.Errorf("%s: want bronze", fall)
		}
	}
}

const eve = "2026-11-30 23:58:00"
