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

// encore is a few pings more while nothing goes wrong, and a moment: so that the stop which follows
// finds lanes at work. They must leave nothing behind.
func (w *world) encore() {
	w.mu.Lock()
	w.calm = true
	w.mu.Unlock()
	for !w.complete() {
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(w.cfg.StallAfter / 5) // the watch looks ten times within StallAfter
	w.oracle.allMove()
	for i := range 3 * w.partitions {
		now := w.now()
		r := &record{uid: firstOfEncore + i, ping: firstOfEncore + i, part: i % w.partitions, driver: i % w.partitions, seq: i, arrives: now, stamped: now, heard: now, event: now}
		w.publish(r)
		time.Sleep(w.chance.between(time.Millisecond, 20*time.Millisecond, "encore", int64(i)))
	}
	time.Sleep(w.chance.between(0, 500*time.Millisecond, "last moment"))
}

// complete says whether every machine runs a process that is a member.
func (w *world) complete() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.machines {
		if p := m.current; p == nil || !p.running || p.expelled || p.dead {
			return false
		}
	}
	return true
}

const firstOfEncore = 1_000_000

// goHome stops every process and waits for it.
func (w *world) goHome() {
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
