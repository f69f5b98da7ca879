package failpoint

import (
	"sync"

	"sluice/pipelines"
)

// Observer has the points of settling beside what next is told, and keeps next still while the process dies: a record
// that a lane has taken, and could not tell yet, is not written.
func (p Points) Observer(next pipelines.Observer) pipelines.Observer {
	if len(p.armed) == 0 {
		return next
	}
	return &observer{next: next, counting: &p.end.counting, before: p.at(SettleBefore), after: p.at(SettleAfter)}
}

type observer struct {
	next          pipelines.Observer
	counting      *sync.RWMutex
	before, after *point
}

// Wrote is told once the answers to a batch are judged, and before anything of it is settled.
func (o *observer) Wrote(part pipelines.Partition, attempt pipelines.Attempt) {
	o.tell(func() { o.next.Wrote(part, attempt) })
	if attempt.Err == nil {
		o.before.hit()
	}
}

// Settled is told before the commit that may follow. What a lane gives up is not settled.
func (o *observer) Settled(part pipelines.Partition, verdict pipelines.Verdict, reason string, n int) {
	o.tell(func() { o.next.Settled(part, verdict, reason, n) })
	if verdict != pipelines.Unsettled {
		o.after.hit()
	}
}

// Noted is told that records were taken before anything is done with them.
func (o *observer) Noted(part pipelines.Partition, event pipelines.Event) {
	o.tell(func() { o.next.Noted(part, event) })
}

// tell has next count, unless the process is dying.
func (o *observer) tell(count func()) {
	o.counting.RLock()
	defer o.counting.RUnlock()
	count()
}
