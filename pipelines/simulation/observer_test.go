package simulation

import (
	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
)

// observer counts per partition what a process says of itself, for as long as it lives.
type observer struct{ *process }

// Settled is pipelines.Observer.
func (o observer) Settled(part pipelines.Partition, verdict pipelines.Verdict, reason string, n int) {
	counts := o.of(part)
	if counts == nil {
		return
	}
	counts.Settled(part, verdict, reason, n)
	if reason == pipelines.ReasonCoalesced {
		o.world.mu.Lock()
		defer o.world.mu.Unlock()
		o.world.oracle.saw("absorbed record")
	}
}

// Wrote is pipelines.Observer.
func (o observer) Wrote(part pipelines.Partition, attempt pipelines.Attempt) {
	if counts := o.of(part); counts != nil {
		counts.Wrote(part, attempt)
	}
}

// Noted is pipelines.Observer.
func (o observer) Noted(part pipelines.Partition, event pipelines.Event) {
	counts := o.of(part)
	if counts == nil {
		return
	}
	counts.Noted(part, event)
	o.world.mu.Lock()
	defer o.world.mu.Unlock()
	switch event.Kind { //nolint:exhaustive // the others say nothing that a model could hold against them
	case pipelines.Consumed:
		o.world.oracle.consumed(o.process, int(part.ID), int64(counts.Consumed()-counts.Sum())-event.N, event.N)
	case pipelines.Pulse:
		if o.lanes[int(part.ID)] == nil {
			o.world.oracle.complain("%v still watches its lane of partition %d, which has returned", o.process, part.ID)
		}
	case pipelines.Drained:
		o.world.oracle.drained(o.process, int(part.ID))
	case pipelines.Abandoned:
		o.abandoned = true
		o.world.oracle.saw("abandoned lane")
	case pipelines.Stalled:
		o.world.oracle.saw("stalled lane")
		o.stalled(int(part.ID), true)
	case pipelines.Moving:
		o.stalled(int(part.ID), false)
	case pipelines.Blocked:
		o.world.oracle.saw("blocked lane")
	}
}

// stalled takes down whether a lane is said to hang.
func (o observer) stalled(part int, is bool) {
	h := o.lanes[part]
	switch {
	case h == nil:
		o.world.oracle.complain("%v watches a lane of partition %d, which has returned", o.process, part)
	case h.stalled == is:
		o.world.oracle.complain("%v says twice that partition %d hangs, or moves again", o.process, part)
	default:
		h.stalled = is
	}
}

// of is the counts of a partition, nil once the process is dead.
func (o observer) of(part pipelines.Partition) *pipelinestest.Observer {
	o.world.mu.Lock()
	defer o.world.mu.Unlock()
	if o.dead {
		return nil
	}
	counts := o.counts[int(part.ID)]
	if counts == nil {
		counts = pipelinestest.NewObserver()
		o.counts[int(part.ID)] = counts
	}
	return counts
}
