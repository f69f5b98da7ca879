package load

import (
	"context"
	"time"

	"sluice/internal/simulate/ledger"
)

// lives looks at the processes once a second, until ctx ends, and notes the last counts of each that ended: what is
// known of a killed one. That it ended is seen by the next one at its address.
func (l *load) lives(ctx context.Context) error {
	if l.deps.Counters == nil {
		return nil
	}
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	last := map[string]ledger.Life{}
	for {
		for _, now := range l.deps.Counters.Living(ctx) {
			was, known := last[now.Process.URL]
			if known && was.Process.Started != now.Process.Started {
				if err := l.deps.Book.Life(was); err != nil {
					return err
				}
			}
			last[now.Process.URL] = now
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
