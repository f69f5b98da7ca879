package rewind

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/pipelines"
)

// crew is the processes, and who has which partition.
type crew struct {
	w       *world
	all     []*process
	keepers []*keeper
	names   int
}

func newCrew(w *world, processes int) *crew {
	c := &crew{w: w}
	for range processes {
		c.hire()
	}
	for _, part := range w.ids() {
		c.keep(part)
	}
	return c
}

// keep has a partition served from now on.
func (c *crew) keep(part pipelines.Partition) {
	k := &keeper{w: c.w, part: part, crew: c}
	c.keepers = append(c.keepers, k)
	k.move(c.pick(len(c.keepers)))
}

func (c *crew) pick(n int) *process { return c.all[n%len(c.all)] }

// hire starts a process that runs both pipelines.
func (c *crew) hire() {
	c.names++
	p := &process{
		w: c.w, ended: make(chan struct{}), lanes: map[pipelines.Partition]*session{}, groups: map[string]*membership{},
	}
	ctx, end := context.WithCancel(context.Background())
	p.end = end
	c.all = append(c.all, p)
	r, err := New(Config{CheckEvery: 300 * time.Millisecond, RetryBase: 10 * time.Millisecond, RetryMax: 500 * time.Millisecond, Ahead: 1000},
		Deps{Store: p, Epochs: p, Feeds: p, Observer: c.w})
	if err != nil {
		c.w.fail("making a rewinder: %v", err)
	}
	running := make(chan error, 2)
	for _, topic := range []string{"orders", "purchases"} {
		m := &membership{proc: p, topic: topic}
		p.groups[topic] = m
		line, err := pipelines.New(pipelines.Config{
			Name: topic, BatchRecords: 5, BatchAge: 20 * time.Millisecond, InFlight: c.w.inFlight(), PollRecords: 4, RetryBase: 10 * time.Millisecond,
			RetryMax: 200 * time.Millisecond, CommitInterval: 100 * time.Millisecond, DrainTimeout: 2 * time.Second,
		}, func() pipelines.Stream[event] { return stream{c.w} }, p, nil, silent{})
		if err != nil {
			c.w.fail("making a pipeline: %v", err)
		}
		go func() { running <- line.Run(ctx, r.Group(m)) }()
	}
	go func() {
		defer close(p.ended)
		for range 2 {
			if err := <-running; err != nil {
				c.w.mu.Lock()
				c.w.fail("running: %v", err)
				c.w.mu.Unlock()
			}
		}
	}()
	nap(time.Millisecond) // both are members
}

// kill ends a process after so many steps more, 1 = at its next.
func (p *process) kill(steps int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = steps
	p.wakeLocked()
}

// sleep stops a process at its next step.
func (p *process) sleep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asleep == nil {
		p.asleep = make(chan struct{})
	}
}

func (p *process) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wakeLocked()
}

func (p *process) wakeLocked() {
	if p.asleep != nil {
		close(p.asleep)
		p.asleep = nil
	}
}

func (p *process) gone() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

func (p *process) sleeps() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asleep != nil
}

// mind replaces the dead, and gives what they and the sleepers had to others.
func (c *crew) mind() {
	alive := c.all[:0:0]
	for _, p := range c.all {
		if !p.gone() {
			alive = append(alive, p)
		}
	}
	missing := len(c.all) - len(alive)
	c.all = alive
	for range missing {
		c.hire()
	}
	for i, k := range c.keepers {
		left := k.now == nil || k.owner.gone() || k.owner.sleeps() || k.now.topic != c.w.topicOf(k.part)
		if !left {
			select {
			case <-k.now.done: // it returned by itself: a claim that was fenced
				left = true
			default:
			}
		}
		if left {
			k.move(c.awake(i))
		}
	}
}

// awake is somebody who does not sleep, if there is one.
func (c *crew) awake(n int) *process {
	for i := range c.all {
		if p := c.pick(n + i); !p.sleeps() {
			return p
		}
	}
	return c.pick(n)
}

// stop ends all processes.
func (c *crew) stop() {
	for _, p := range c.all {
		p.wake()
		p.end()
	}
	for _, p := range c.all {
		<-p.ended
	}
}

// stream is what the records mean.
type stream struct{ w *world }

// Decode finds the event.
func (s stream) Decode(rec *pipelines.Record, v *event) error {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	*v = s.w.events[string(rec.Value)]
	return nil
}

// Gate drops what nobody stores.
func (s stream) Gate(v *event, _ pipelines.Seat, _ int64) (pipelines.Verdict, string) {
	if v.id == "" {
		return pipelines.Stale, "created"
	}
	return pipelines.Unsettled, ""
}

// Process writes the event's id into its member's bucket.
func (s stream) Process(v *event, arena []byte) ([]byte, pipelines.Write) {
	return arena, pipelines.Write{Key: []byte(v.member), Body: []byte(v.id)}
}

type silent struct{}

func (silent) Settled(pipelines.Partition, pipelines.Verdict, string, int) {}
func (silent) Wrote(pipelines.Partition, pipelines.Attempt)                {}
func (silent) Noted(pipelines.Partition, pipelines.Event)                  {}

// Rewound notes a report.
func (w *world) Rewound(report Report) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rewound = append(w.rewound, report)
}

// Replayed is not looked at here.
func (w *world) Replayed(Report, time.Duration) {}

// RewindFailed has to have a cause.
func (w *world) RewindFailed(part pipelines.Partition, err error) {
	if errors.Is(err, errTimeout) || errors.Is(err, errDead) || errors.Is(err, errAnother) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail("%v failed: %v", part, err)
}

// calm says what is still to be done before all is as it should be, "" = nothing.
func (w *world) calm() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range w.ids() {
		p := w.parts[id]
		if p.last() > 0 && p.next < p.last() {
			return fmt.Sprintf("%v is committed up to %d of %d", id, p.next, p.last())
		}
	}
	for number := range buckets {
		b := w.bucket(number)
		if w.away(number) {
			return fmt.Sprintf("bucket %d is away", number)
		}
		if len(b.recovering) > 0 {
			return fmt.Sprintf("bucket %d still waits for %v", number, b.recovering)
		}
	}
	for _, e := range w.events {
		if w.parts[e.part].topic == e.topic && !w.bucket(bucketOf(e.member)).events[e.id] {
			return fmt.Sprintf("event %s of %v is not in bucket %d", e.id, e.part, bucketOf(e.member))
		}
	}
	return ""
}
