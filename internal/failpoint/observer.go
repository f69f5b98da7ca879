package failpoint

import "sluice/pipelines"

// Observer has the points of settling beside what next is told.
func (p Points) Observer(next pipelines.Observer) pipelines.Observer {
	if !p.any(SettleBefore, SettleAfter) {
		return next
	}
	return &observer{Observer: next, before: p.at(SettleBefore), after: p.at(SettleAfter)}
}

type observer struct {
	pipelines.Observer
	before, after *point
}

// Wrote is told once the answers to a batch are judged, and before anything of it is settled.
func (o *observer) Wrote(part pipelines.Partition, attempt pipelines.Attempt) {
	o.Observer.Wrote(part, attempt)
	if attempt.Err == nil {
		o.before.hit()
	}
}

// Settled is told before the commit that may follow. What a lane gives up is not settled.
func (o *observer) Settled(part pipelines.Partition, verdict pipelines.Verdict, reason string, n int) {
	o.Observer.Settled(part, verdict, reason, n)
	if verdict != pipelines.Unsettled {
		o.after.hit()
	}
}
