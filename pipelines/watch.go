package pipelines

import (
	"context"
	"sync/atomic"
	"time"
)

// gauge is what a lane shows of itself to the watch, which must see a lane that hangs.
type gauge struct {
	part   Partition
	source Source
	open   atomic.Int64 // unsettled
	oldest atomic.Int64 // ms since 1970 UTC: when the oldest unsettled record was polled; 0 = none
	moved  atomic.Int64 // how often the settled prefix has grown
	gone   atomic.Bool
}

// show publishes a lane's progress.
func (l *lane[T]) show() {
	before := l.progress.settled()
	next := l.progress.advance()
	if next != before {
		l.gauge.moved.Add(1)
	}
	l.gauge.open.Store(l.progress.open)
	oldest := int64(0)
	if at := l.ages.oldest(next); !at.IsZero() {
		oldest = at.UnixMilli()
	}
	l.gauge.oldest.Store(oldest)
}

func (g *gauge) leave() { g.gone.Store(true) }

// watch looks at one lane from outside until it has gone: it reports its pulse, and a
// stall when the lane has something to do and has settled nothing for stallAfter.
func (g *gauge) watch(ctx context.Context, stallAfter time.Duration, obs Observer) {
	tick := time.NewTicker(stallAfter / watchesPerStall)
	defer tick.Stop()
	stalled, seen, since := false, int64(-1), time.Now()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if g.gone.Load() {
			return
		}
		pulse := g.pulse()
		if moved := g.moved.Load(); moved != seen || pulse.Value == 0 {
			seen, since = moved, time.Now()
		}
		obs.Noted(g.part, pulse)
		pulse.Took = time.Since(since)
		if stuck := pulse.Took >= stallAfter; stuck != stalled {
			stalled = stuck
			pulse.Kind = Moving
			if stuck {
				pulse.Kind = Stalled
			}
			obs.Noted(g.part, pulse)
		}
	}
}

// watchesPerStall is how often a lane is looked at within the time that makes a stall.
const watchesPerStall = 10

func (g *gauge) pulse() Event {
	event := Event{Kind: Pulse, Stage: StageCommit, N: g.open.Load()}
	event.Value = event.N + g.source.Lag()
	if oldest := g.oldest.Load(); oldest > 0 && event.N > 0 {
		event.Took = time.Since(time.UnixMilli(oldest))
	}
	return event
}
