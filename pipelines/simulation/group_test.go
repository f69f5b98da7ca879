package simulation

import (
	"context"
	"sync/atomic"
	"time"

	"sluice/pipelines"
)

// holding is one partition in the hands of one process.
type holding struct {
	owner   *process
	part    *partition
	source  *source
	cancel  context.CancelCauseFunc
	done    chan struct{}
	taken   int  // records that the lane has taken from its source
	stalled bool // it is said to hang
	fewest  int  // lanes that the process had at once since this one began
}

// care is the coordinator's side of one partition: it hands it to whom it belongs, and takes it
// away when it belongs to somebody else.
func (w *world) care(part *partition) {
	for {
		owner, changed := w.owner(part)
		if owner == nil {
			if !w.open() {
				return
			}
			<-changed
			continue
		}
		w.mu.Lock()
		before, epoch := owner.lanes[part.id], part.epoch
		w.mu.Unlock()
		if before != nil {
			<-before.done // a process never has two lanes for one partition
		}
		time.Sleep(w.chance.between(time.Millisecond, 200*time.Millisecond, "assign", int64(part.id), epoch))
		h := w.assign(owner, part)
		if h == nil {
			continue
		}
		for now := owner; now == h.owner; {
			now, changed = w.owner(part)
			if now == h.owner {
				<-changed
			}
		}
		w.take(h)
	}
}

// owner is whose the partition should be now, and what closes when that may have changed.
func (w *world) owner(part *partition) (*process, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.members) == 0 || !w.open() {
		return nil, w.changed
	}
	return w.members[(part.id+w.shift)%len(w.members)], w.changed
}

// assign starts a lane; nil when the process has left meanwhile.
func (w *world) assign(p *process, part *partition) *holding {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !p.running || p.dead || p.expelled {
		return nil
	}
	part.epoch++
	ctx, cancel := context.WithCancelCause(context.Background())
	h := &holding{owner: p, part: part, cancel: cancel, done: make(chan struct{})}
	h.source = &source{process: p, part: part, epoch: part.epoch, next: part.committed, sure: part.committed}
	p.lanes[part.id] = h
	h.fewest = len(p.lanes)
	w.note("assign", int64(part.id), part.committed, int64(p.machine.id), p.life)
	p.serving.Go(func() { h.serve(ctx) })
	return h
}

// serve is the lane's whole life.
func (h *holding) serve(ctx context.Context) {
	w, p := h.owner.world, h.owner
	defer close(h.done)
	defer h.cancel(nil)
	defer func() {
		if panicked := recover(); panicked != nil {
			w.complain("a lane of %v panicked: %v", p, panicked)
		}
	}()
	var src pipelines.Source = h.source
	if w.bug != nil {
		src = plantedSource{src, w.bug, new(atomic.Int64)}
	}
	err := p.serve(ctx, pipelines.Partition{Topic: "pings", ID: int32(h.part.id)}, src)
	w.mu.Lock()
	defer w.mu.Unlock()
	h.source.over = true
	delete(p.lanes, h.part.id)
	for _, other := range p.lanes {
		other.fewest = min(other.fewest, len(p.lanes))
	}
	w.oracle.laneEnded(h)
	if err != nil {
		select {
		case p.failed <- err:
		default:
		}
	}
}

// take revokes a partition and waits until its lane has let go, as long as a group would.
func (w *world) take(h *holding) {
	w.mu.Lock()
	lost := h.owner.dead || h.owner.expelled
	w.mu.Unlock()
	if !lost {
		h.revoke()
		limit := w.cfg.DrainTimeout + 2*time.Second
		late := pause(context.Background(), h.done, limit) == nil
		w.mu.Lock()
		if late && !h.owner.dead && h.owner.thaw == nil && !h.owner.stoodStill(w.now(), limit) {
			w.oracle.complain("%v has not let go of partition %d within %v of its revocation", h.owner, h.part.id, limit)
		}
		w.mu.Unlock()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	h.part.epoch++ // from now on it is fenced
}

// revoke tells the lane, once its process hears.
func (h *holding) revoke() {
	p := h.owner
	p.world.tasks.Go(func() {
		p.hear("revoked", int64(h.part.id))
		h.cancel(pipelines.ErrRevoked)
	})
}

// stoodStill says whether the process did so at any time since so long ago.
func (p *process) stoodStill(now, ago time.Duration) bool {
	for i := range p.world.faults {
		if f := &p.world.faults[i]; f.kind == freeze && f.machine == p.machine.id && f.from <= now && f.until >= now-ago {
			return true
		}
	}
	return false
}

func (w *world) notify() {
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *world) rebalance() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.oracle.saw("rebalance")
	w.shift++
	w.notify()
}
