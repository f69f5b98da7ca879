package kafka

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// Ready says why this process is not a member yet. It is nil once the first join is complete,
// whatever was assigned, and stays so: a rebalance is no reason to turn away from a process. It is
// nil as well when joining lasts longer than RebalanceTimeout: a rollout must not wait for
// what this process alone cannot mend.
func (g *Group) Ready(context.Context) error { return g.entry.ready(g.group.RebalanceTimeout) }

// entry is a process's way into its group.
type entry struct {
	began  atomic.Pointer[time.Time]
	joined atomic.Bool
}

func (e *entry) begin() {
	now := time.Now()
	e.began.CompareAndSwap(nil, &now)
}

func (e *entry) ready(within time.Duration) error {
	began := e.began.Load()
	switch {
	case e.joined.Load():
		return nil
	case began == nil:
		return errors.New("joining has not begun")
	case time.Since(*began) < within:
		return errors.New("joining")
	default:
		return nil
	}
}
