package load

import (
	"context"
	"time"

	"sluice/internal/simulate/ledger"
)

// lookEvery is between two looks at the processes: what one that is killed did since the last of them nobody knows.
const lookEvery = 250 * time.Millisecond

// lives looks at the processes, until ctx ends, and notes the last counts of each that ended: what is
// known of a killed one. That it ended is seen when nobody listens at its address any more, or by the next one there.
func (l *load) lives(ctx context.Context) error {
	if l.deps.Counters == nil {
		return nil
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	last := map[string]ledger.Life{}
	for {
		for _, now := range l.deps.Counters.Living(ctx) {
			if err := l.look(last, now); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look compares what is at an address now with what was there before.
func (l *load) look(last map[string]ledger.Life, now ledger.Life) error {
	url := now.Process.URL
	was, known := last[url]
	gone := now.Gone
	if gone > 0 {
		delete(last, url)
	} else {
		last[url], gone = now, time.Now().UnixMilli()
	}
	if !known || was.Process.Started == now.Process.Started {
		return nil
	}
	l.hurry()
	was.Gone = gone
	return l.deps.Book.Life(was)
}

// hurry has the offsets looked at now: up to here, and no further, can the one that ended have come.
func (l *load) hurry() {
	select {
	case l.soon <- struct{}{}:
	default: // that is so already
	}
}
