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
	next   atomic.Int64 // settled below
	open   atomic.Int64 // unsettled
	since  atomic.Int64 // ms since 1970 UTC: next moved last, or the lane has had nothing to do until then
	gone   atomic.Bool
}

func newGauge(part Partition, source Source) *gauge {
	g := &gauge{part: part, source: source}
	g.next.Store(-1)
	g.since.Store(time.Now().UnixMilli())
	return g
}

// moved notes the lane's progress: since is the moment from which the oldest unsettled
// record has been waiting.
func (g *gauge) moved(next, open int64, now time.Time) {
	if next != g.next.Load() || g.open.Load() == 0 {
		g.next.Store(next)
		g.since.Store(now.UnixMilli())
	}
	g.open.Store(open)
}

func (g *gauge) leave() { g.gone.Store(true) }

// watch looks at one lane from outside until it has gone: it reports its pulse, and a
// stall when the lane lags and has settled nothing for StallAfter.
func (g *gauge) watch(ctx context.Context, stallAfter time.Duration, obs Observer) {
	tick := time.NewTicker(stallAfter / watchesPerStall)
	defer tick.Stop()
	stalled := false
	idle := time.Now()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if g.gone.Load() {
			return
		}
		now := time.Now()
		open, lag := g.open.Load(), g.source.Lag()
		if open == 0 && lag == 0 {
			idle = now
		}
		stuck := now.Sub(later(time.UnixMilli(g.since.Load()), idle))
		pulse := Event{Kind: Pulse, Stage: StageCommit, N: open, Value: open + lag, Took: stuck}
		obs.Noted(g.part, pulse)
		switch {
		case stuck >= stallAfter && !stalled:
			stalled = true
			pulse.Kind = Stalled
			obs.Noted(g.part, pulse)
		case stuck < stallAfter && stalled:
			stalled = false
			pulse.Kind = Moving
			obs.Noted(g.part, pulse)
		}
	}
}

// watchesPerStall is how often a lane is looked at within the time that makes a stall.
const watchesPerStall = 10

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
