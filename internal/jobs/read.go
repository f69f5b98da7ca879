package jobs

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"sluice/schemas"
)

// readers of one bucket's members are at work at once: one behind the other they would make coupons late.
const readers = 16

// states reads the members of timers, each once. One whose bucket recovers is left out: what it is entitled to is not known yet.
func (t *term) states(ctx context.Context, timers []schemas.CouponTimer) (map[string]*schemas.MemberState, error) {
	var mu sync.Mutex
	found := make(map[string]*schemas.MemberState, len(timers))
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	asked := make(map[string]bool, len(timers))
	for i := range timers {
		id := timers[i].Member
		if asked[id] {
			continue
		}
		asked[id] = true
		group.Go(func() error {
			state, err := t.deps.Members.Member(reading, id)
			switch {
			case errors.Is(err, schemas.ErrRecovering), err == nil && state.Recovering:
				return nil
			case err != nil:
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			found[id] = &state
			return nil
		})
	}
	return found, group.Wait()
}
