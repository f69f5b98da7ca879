package simulation

import "sluice/pipelines"

// join makes a process a member of the group.
func (w *world) join(p *process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.dead {
		return
	}
	p.running = true
	w.members = append(w.members, p)
	w.notify()
}

// quit is the end of a process that knows it: its lanes stop, and until they have returned
// nobody else gets their partitions.
func (w *world) quit(p *process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p.running = false
	for _, h := range p.lanes {
		h.cancel(pipelines.ErrStopped)
	}
	if !p.dead { // a dead one is a member until its session has run out
		w.forget(p)
	}
}

// expel is the end of a session.
func (w *world) expel(p *process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p.expelled = true
	w.forget(p)
}

// readmit is what a process learns when it goes on after its session has ended: its partitions are
// gone. It drops them, and joins again.
func (w *world) readmit(p *process) {
	p.hear("readmitted") // it may stand still again
	w.mu.Lock()
	if !p.expelled { // it has learnt it before
		w.mu.Unlock()
		return
	}
	var dropped []*holding
	for _, h := range p.lanes {
		h.cancel(pipelines.ErrRevoked)
		dropped = append(dropped, h)
	}
	w.mu.Unlock()
	for _, h := range dropped {
		<-h.done
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !p.expelled {
		return
	}
	p.expelled = false
	if p.running && !p.dead {
		w.members = append(w.members, p)
		w.notify()
	}
}

func (w *world) forget(p *process) {
	for i, member := range w.members {
		if member == p {
			w.members = append(w.members[:i:i], w.members[i+1:]...)
			w.notify()
			return
		}
	}
}
