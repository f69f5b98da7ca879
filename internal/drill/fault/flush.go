package fault

import (
	"context"
	"errors"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/resp"
)

// redisName is the one server that holds member levels where nothing else is said.
const redisName = "redis"

// flush empties Redis.
type flush struct {
	address string
	keys    int64 // that were there, over all injections
}

// Inject returns when nothing is left.
func (f *flush) Inject(ctx context.Context) error {
	keys, err := resp.Number(ctx, f.address, "DBSIZE")
	if err != nil {
		return err
	}
	if keys == 0 {
		return errors.New("it is empty: the fault does nothing")
	}
	if _, err := resp.Ask(ctx, f.address, "FLUSHALL"); err != nil {
		return err
	}
	f.keys += keys
	return nil
}

// Heal does nothing: who wrote it knows how to write it again.
func (f *flush) Heal(context.Context) error { return nil }

// Saw says how many keys were removed.
func (f *flush) Saw() map[string]float64 { return map[string]float64{"flushed": float64(f.keys)} }

func flushKind() Kind {
	return Kind{
		About: "removes everything from Redis",
		On:    []string{redisName},
		Make: func(on *stage.Stage, _ script.Fault) (Fault, error) {
			redis, err := oneRedis(on)
			if err != nil {
				return nil, err
			}
			return &flush{address: redis.Address()}, nil
		},
	}
}

// oneRedis is the server, of which there must not be more.
func oneRedis(on *stage.Stage) (*stage.Server, error) {
	if err := on.Laid(script.Single); err != nil {
		return nil, err
	}
	return on.Server(redisName)
}
