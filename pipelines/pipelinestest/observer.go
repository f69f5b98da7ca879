package pipelinestest

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"sluice/pipelines"
)

// Observer counts what it is told.
type Observer struct {
	mu       sync.Mutex
	verdicts map[pipelines.Verdict]int
	reasons  map[string]int
	events   map[pipelines.Kind]int
	last     map[pipelines.Kind]pipelines.Event
	consumed int
	fresh    pipelines.Freshness
}

// NewObserver returns an observer that has seen nothing.
func NewObserver() *Observer {
	return &Observer{
		verdicts: map[pipelines.Verdict]int{}, reasons: map[string]int{},
		events: map[pipelines.Kind]int{}, last: map[pipelines.Kind]pipelines.Event{},
	}
}

// Settled is pipelines.Observer.
func (o *Observer) Settled(_ pipelines.Partition, verdict pipelines.Verdict, reason string, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.verdicts[verdict] += n
	o.reasons[reason] += n
}

// Wrote is pipelines.Observer.
func (o *Observer) Wrote(_ pipelines.Partition, attempt pipelines.Attempt) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fresh.SumMS += attempt.Fresh.SumMS
	for i, n := range attempt.Fresh.Counts {
		o.fresh.Counts[i] += n
	}
}

// Noted is pipelines.Observer.
func (o *Observer) Noted(_ pipelines.Partition, event pipelines.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if event.Kind == pipelines.Consumed {
		o.consumed += int(event.N)
	}
	o.events[event.Kind]++
	o.last[event.Kind] = event
}

// Verdict is how many records ended so.
func (o *Observer) Verdict(v pipelines.Verdict) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.verdicts[v]
}

// Reason is how many records ended with that reason.
func (o *Observer) Reason(reason string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.reasons[reason]
}

// Events is how often a kind of event was noted, and the last one of it.
func (o *Observer) Events(kind pipelines.Kind) (int, pipelines.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.events[kind], o.last[kind]
}

// Consumed is how many records were polled; at rest it equals the sum of all verdicts.
func (o *Observer) Consumed() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.consumed
}

// Sum adds up every verdict.
func (o *Observer) Sum() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	sum := 0
	for _, n := range o.verdicts {
		sum += n
	}
	return sum
}

// Graveyard keeps dead letters in memory.
type Graveyard struct {
	mu      sync.Mutex
	letters []pipelines.DeadLetter
	broken  error
}

// Break makes every Publish fail with err; nil heals.
func (g *Graveyard) Break(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.broken = err
}

// Publish is pipelines.DeadLetters.
func (g *Graveyard) Publish(_ context.Context, letters []pipelines.DeadLetter) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.broken != nil {
		return g.broken
	}
	for _, letter := range letters {
		letter.Record = clone(letter.Record)
		g.letters = append(g.letters, letter)
	}
	return nil
}

// clone copies a record's bytes: the path uses their memory again.
func clone(rec pipelines.Record) pipelines.Record {
	rec.Key, rec.Value, rec.Headers = bytes.Clone(rec.Key), bytes.Clone(rec.Value), slices.Clone(rec.Headers)
	for i := range rec.Headers {
		rec.Headers[i].Value = bytes.Clone(rec.Headers[i].Value)
	}
	return rec
}

// Letters is a copy of what was buried.
func (g *Graveyard) Letters() []pipelines.DeadLetter {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]pipelines.DeadLetter(nil), g.letters...)
}
