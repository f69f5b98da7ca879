package simulation

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"sluice/pipelines"
)

// sink is the way from a process to the store.
type sink struct{ *process }

// call is one call of the sink: its name for chance is the record that it begins with and how
// often that one was offered before.
type call struct {
	process *process
	writes  []pipelines.Write
	entries []*entry // what the writes were made of
	ids     []int64
	nth     []int64 // how often each was offered before
}

// Write is pipelines.Sink.
func (s sink) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	w := s.world
	defer w.calling()()
	c, ok := s.offered(writes)
	if !ok {
		return errors.New("the write belongs to no record")
	}
	there, back := c.delays()
	if err := s.enter(ctx, "call", c.ids...); err != nil {
		return err
	}
	listening := ctx
	if w.deaf(c) {
		listening = context.WithoutCancel(ctx)
	}
	if err := pause(listening, nil, there); err != nil {
		c.landAnyway()
		return err
	}
	if err := s.enter(ctx, "there", c.ids...); err != nil {
		c.landAnyway()
		return err
	}
	err := c.arrive(results)
	if gone := pause(listening, nil, back); gone != nil {
		return gone
	}
	if gone := s.enter(ctx, "back", c.ids...); gone != nil {
		return gone // it has happened, and nobody is told
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, e := range c.entries {
		if err != nil || !results[i].Verdict.Final() {
			s.isPutOff(e)
		}
		if err == nil {
			s.answered[results[i].Verdict.String()]++
		}
	}
	return err
}

// offered takes notice of a call and checks what is in it.
func (p *process) offered(writes []pipelines.Write) (*call, bool) {
	w := p.world
	w.mu.Lock()
	defer w.mu.Unlock()
	c := &call{process: p, writes: writes}
	for i := range writes {
		e := w.oracle.offered(&writes[i])
		if e == nil {
			return nil, false
		}
		p.keepsPace(e)
		c.entries = append(c.entries, e)
		c.nth = append(c.nth, w.offers[e.ping])
		w.offers[e.ping]++
	}
	c.ids = []int64{int64(c.entries[0].ping), c.nth[0]}
	w.note("offered", c.ids[0], int64(len(writes)))
	return c, true
}

// delays are a call's way to the store and back.
func (c *call) delays() (there, back time.Duration) {
	w := c.process.world
	there = w.chance.between(time.Millisecond, 40*time.Millisecond, "there", c.ids...)
	back = w.chance.between(time.Microsecond, 5*time.Millisecond, "back", c.ids...)
	if f := w.during(storeSlow, w.now()); f != nil && w.chance.hits(f.permille, "slow", c.ids...) {
		there += w.chance.between(0, 5*time.Second, "slow there", c.ids...)
		back += w.chance.between(0, 5*time.Second, "slow back", c.ids...)
	}
	return there, back
}

// deaf says whether a call goes on although its context has ended.
func (w *world) deaf(c *call) bool {
	return w.during(storeSlow, w.now()) != nil && w.chance.hits(300, "deaf", c.ids...)
}

// arrive is the moment at which the store acts. An error says that its answer is no good.
func (c *call) arrive(results []pipelines.Result) error {
	w := c.process.world
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.during(storeBreaks, w.now())
	if f == nil || !w.chance.hits(f.permille, "breaks", c.ids...) {
		for i := range results {
			results[i] = c.item(i)
		}
		return nil
	}
	w.oracle.saw("broken call")
	effect := w.chance.below(3, "effect", c.ids...) // of none, of all, of some
	for i := range results {
		if effect == 1 || (effect == 2 && w.chance.hits(500, "effect", int64(c.entries[i].ping), c.nth[i])) {
			c.item(i)
		}
		results[i] = pipelines.Result{Verdict: pipelines.Verdict(w.chance.below(7, "lie", int64(i))), Reason: "untold"}
	}
	return errors.New("connection reset")
}

// item is what the store does with one write.
func (c *call) item(i int) pipelines.Result {
	w, e := c.process.world, c.entries[i]
	hits := func(kind faultKind, what string) bool {
		f := w.during(kind, w.now())
		return f != nil && w.chance.hits(f.permille, what, int64(e.ping), c.nth[i])
	}
	switch {
	case hits(storeRefuses, "refused"):
		w.oracle.saw("refused item")
		return pipelines.Result{Verdict: pipelines.Refused, Status: 403, Reason: "forbidden"}
	case hits(storeBusy, "busy"):
		w.oracle.saw("busy item")
		return pipelines.Result{Verdict: pipelines.Retry, Status: 429, Reason: "busy"}
	case hits(storeMute, "mute"):
		w.oracle.saw("mute item")
		return pipelines.Result{}
	case e.kind == rejected:
		return pipelines.Result{Verdict: pipelines.Poison, Status: 400, Reason: "rejected"}
	}
	result := make([]pipelines.Result, 1)
	if err := w.store.Write(c.process.ctx, c.writes[i:i+1], result); err != nil {
		w.oracle.complain("the store broke: %v", err)
	}
	w.oracle.applied(c.process, &c.writes[i], result[0].Verdict)
	w.note(result[0].Verdict.String(), int64(e.ping), c.nth[i])
	return result[0]
}

// landAnyway is what becomes of half of the calls that nobody waits for: they were on their way.
// They still arrive, later, when what was stored since is newer.
func (c *call) landAnyway() {
	w := c.process.world
	if !w.chance.hits(500, "lands", c.ids...) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	c.writes = slices.Clone(c.writes)
	for i := range c.writes {
		c.writes[i].Key, c.writes[i].Body = bytes.Clone(c.writes[i].Key), bytes.Clone(c.writes[i].Body)
	}
	w.later(w.chance.between(0, 5*time.Second, "lands later", c.ids...), func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.oracle.saw("late landing")
		for i := range c.writes {
			c.item(i)
		}
	})
}
