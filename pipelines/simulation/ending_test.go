package simulation

import (
	"fmt"
	"strings"
	"time"
)

// patience is how long settling may take once nothing goes wrong any more.
const patience = 10 * time.Minute

// settles waits until every partition is committed to its end.
func (w *world) settles(within time.Duration) bool {
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if w.unsettled() == "" {
			return true
		}
	}
	return false
}

// unsettled says which partitions are not committed to their ends.
func (w *world) unsettled() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var behind []string
	for _, part := range w.parts {
		if part.committed < part.end() {
			behind = append(behind, fmt.Sprintf("partition %d is committed to %d of %d", part.id, part.committed, part.end()))
		}
	}
	return strings.Join(behind, "; ")
}

// encore is a few pings more while nothing goes wrong. One for each partition must be in the store as
// soon as batch and window allow. Then some more and a moment: so that the stop which follows finds
// lanes at work. They must leave nothing behind.
func (w *world) encore() {
	w.mu.Lock()
	w.calm, w.oracle.steps = true, w.machines[0].steps
	w.mu.Unlock()
	for !w.complete() {
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(w.cfg.StallAfter / 5) // the watch looks ten times within StallAfter
	w.oracle.allMove()
	w.wave(0)
	time.Sleep(w.cfg.BatchAge + w.cfg.CoalesceWindow + wayThere)
	w.oracle.allSettled()
	w.wave(3)
	time.Sleep(w.chance.between(0, 500*time.Millisecond, "last moment"))
}

// wayThere is what a poll and a call of the store take together when nothing is wrong, and some more.
const wayThere = 200 * time.Millisecond

// wave is a ping for each partition, and so many more.
func (w *world) wave(more int) {
	for i := range (1 + more) * w.partitions {
		now, uid := w.now(), firstOfEncore+more*w.partitions+i
		w.publish(&record{uid: uid, ping: uid, part: i % w.partitions, driver: i % w.partitions, seq: uid, arrives: now, stamped: now, heard: now, event: now})
		time.Sleep(w.chance.between(time.Millisecond, 20*time.Millisecond, "encore", int64(uid)))
	}
}

// complete says whether every machine runs a member of the group, and every partition has a lane.
func (w *world) complete() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.machines {
		if p := m.current; p == nil || !p.running || p.expelled || p.dead {
			return false
		}
	}
	for _, p := range w.members {
		if p.dead {
			return false
		}
	}
	for _, part := range w.parts {
		owner := w.members[(part.id+w.shift)%len(w.members)]
		if h := owner.lanes[part.id]; h == nil || h.source.epoch != part.epoch {
			return false
		}
	}
	return true
}

const firstOfEncore = 1_000_000

// goHome stops every process and waits for it. The group is between two generations, as it is when
// another member has just left, and for a while takes no commit.
func (w *world) goHome() {
	w.mu.Lock()
	w.refuses = w.now() + w.chance.between(0, easyDrain*3/4, "last rebalance")
	w.mu.Unlock()
	close(w.closed)
	for _, m := range w.machines {
		m.stop()
	}
	w.mu.Lock()
	w.notify()
	w.mu.Unlock()
}

// calling counts a call, which may outlive its process, until the function returned is called.
func (w *world) calling() func() {
	count := func(n int) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.calls += n
	}
	count(1)
	return func() { count(-1) }
}

func (w *world) busy() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls > 0
}
