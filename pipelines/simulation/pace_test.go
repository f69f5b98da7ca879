package simulation

import "time"

// putOff is when a lane was told to offer a record again.
type putOff struct {
	at    time.Duration
	epoch int64 // the lane's
}

// isPutOff takes down that the store's answer for a record is no end.
func (p *process) isPutOff(e *entry) {
	if h := p.lanes[e.part]; h != nil {
		p.putOff[e.ping] = putOff{at: p.world.now(), epoch: h.source.epoch}
	}
}

// keepsPace checks that a record is offered again neither at once nor much later than the longest
// wait. It holds only where nothing else stands in the way, and where a record is known by what it says.
func (p *process) keepsPace(e *entry) {
	w := p.world
	last, waited := p.putOff[e.ping]
	h := p.lanes[e.part]
	if !waited || h == nil || h.source.epoch != last.epoch || p.abandoned || len(w.oracle.sayings[e.ping]) > 1 {
		return
	}
	delete(p.putOff, e.ping)
	wait := w.now() - last.at
	if least := w.cfg.RetryBase / 10; wait < least {
		w.oracle.complain("%v is offered again after %v, the least wait is %v", e, wait, least)
	}
	if most := w.cfg.RetryMax + lettersTake; wait > most && !p.stoodStill(w.now(), wait) {
		w.oracle.complain("%v is offered again after %v, the longest wait is %v", e, wait, most)
	}
}

// lettersTake is how long a round may publish letters before it waits.
const lettersTake = time.Second
