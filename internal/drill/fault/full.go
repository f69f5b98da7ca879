package fault

import (
	"context"
	"fmt"
	"strconv"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/resp"
)

// full leaves Redis no memory for anything more: it refuses what would take some, and forgets nothing.
type full struct{ address string }

// Inject returns when its limit is what it uses.
func (f *full) Inject(ctx context.Context) error {
	info, err := resp.Info(ctx, f.address, "memory")
	if err != nil {
		return err
	}
	used, err := strconv.ParseInt(info["used_memory"], 10, 64)
	if err != nil {
		return fmt.Errorf("reading what it uses: %w", err)
	}
	return f.limit(ctx, used/2)
}

// Heal takes the limit away.
func (f *full) Heal(ctx context.Context) error { return f.limit(ctx, 0) }

func (f *full) limit(ctx context.Context, bytes int64) error {
	_, err := resp.Ask(ctx, f.address, "CONFIG", "SET", "maxmemory", strconv.FormatInt(bytes, 10))
	return err
}

func fullKind() Kind {
	return Kind{
		About: "sets Redis's limit of memory below what it uses: it refuses to write",
		On:    []string{redisName},
		Make: func(on *stage.Stage, _ script.Fault) (Fault, error) {
			redis, err := oneRedis(on)
			if err != nil {
				return nil, err
			}
			return &full{address: redis.Address()}, nil
		},
	}
}
