package telemetry

import (
	"time"

	"sluice/pipelines"
)

// lane is what is known of one assigned partition. It lives from Assigned to Drained or
// Abandoned: what is told of a partition that has gone still counts in the totals.
type lane struct {
	counts
	since     time.Time
	lag       int64
	committed int64 // next offset; -1 before the first commit
	unsettled int64
	oldest    time.Duration

	blocked, retrying, refused, stalled bool
}

// State is one word for how a lane is doing: the worst that holds.
type State string

// The states, best first.
const (
	StateFlowing  State = "flowing"
	StateBlocked  State = "blocked"  // a limit is reached, the lane does not poll
	StateRetrying State = "retrying" // the store is busy or away
	StateStalled  State = "stalled"  // lag, and no progress
	StateRefused  State = "refused"  // the store refuses us: an operator is needed
)

func states() [5]State {
	return [...]State{StateFlowing, StateBlocked, StateRetrying, StateStalled, StateRefused}
}

func (l *lane) state() State {
	switch {
	case l.refused:
		return StateRefused
	case l.stalled:
		return StateStalled
	case l.retrying:
		return StateRetrying
	case l.blocked:
		return StateBlocked
	default:
		return StateFlowing
	}
}

// follow keeps the state of the event's lane; the lock is held.
func (p *Pipeline) follow(part pipelines.Partition, event pipelines.Event) {
	if event.Kind == pipelines.Assigned {
		p.lanes[part] = &lane{counts: newCounts(), since: time.Now(), committed: -1}
		return
	}
	l := p.lanes[part]
	if l == nil {
		return
	}
	switch event.Kind {
	case pipelines.Consumed:
		l.consumed += uint64(max(event.N, 0))
	case pipelines.Committed:
		l.committed, l.lag = event.N, event.Value
	case pipelines.Pulse:
		l.unsettled, l.oldest, l.lag = event.N, event.Took, event.Value
	case pipelines.Retrying:
		l.retrying = true
	case pipelines.RefusedBy:
		l.refused = true
	case pipelines.Accepted:
		l.retrying, l.refused = false, false
	case pipelines.Blocked:
		l.blocked = true
	case pipelines.Flowing:
		l.blocked = false
	case pipelines.Stalled:
		l.stalled = true
	case pipelines.Moving:
		l.stalled = false
	case pipelines.Drained, pipelines.Abandoned:
		delete(p.lanes, part)
	case pipelines.Assigned, pipelines.Unknown, pipelines.Failed:
	}
}
