package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	goredis "github.com/redis/go-redis/v9"
)

// ErrLayout says that the store was made with another number of buckets: members would be looked for
// where they are not.
var ErrLayout = errors.New("another number of buckets")

// layout writes the number of buckets into a store that has none, and refuses a store of another. It asks until it was answered once.
func (l *Levels) layout(ctx context.Context) error {
	if l.settled.Load() {
		return nil
	}
	want := strconv.Itoa(len(l.buckets))
	if err := l.servers.client.SetNX(ctx, l.keys.Layout(), want, 0).Err(); err != nil {
		return fmt.Errorf("writing how many buckets there are: %w", failed(ctx, err))
	}
	return l.sameLayout(ctx, want)
}

func (l *Levels) sameLayout(ctx context.Context, want string) error {
	is, err := l.servers.client.Get(ctx, l.keys.Layout()).Result()
	switch {
	case errors.Is(err, goredis.Nil):
		return nil // gone between the two: asked again by the next call
	case err != nil:
		return fmt.Errorf("reading how many buckets there are: %w", failed(ctx, err))
	case is != want:
		return fmt.Errorf("%w: the store has %q, %s are configured", ErrLayout, is, want)
	}
	l.settled.Store(true)
	return nil
}
