package fault

import (
	"context"
	"fmt"
	"time"
)

// lookEvery is between two looks at what is waited for.
const lookEvery = 200 * time.Millisecond

// until looks until there is nothing to complain of. When ctx ends, the last complaint is the error.
func until(ctx context.Context, what string, look func(ctx context.Context) error) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		err := look(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w", what, err)
		}
	}
}
