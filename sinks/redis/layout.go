package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// ErrLayout says that the store was made with another number of buckets, so that members would be looked for where they are
// not, or by a build that kept members in another form.
var ErrLayout = errors.New("another layout")

// form is how members are kept: see lua/form.lua, whose number it is.
const form = 2

// layout is what never changes of a store.
type layout struct{ buckets, form int }

// text is what the store keeps of it.
func (l layout) text() string { return fmt.Sprintf("%d %d", l.buckets, l.form) }

func (l layout) String() string {
	return fmt.Sprintf("%d buckets and members in form %d", l.buckets, l.form)
}

// layoutOf reads it; a store that has only the number of buckets is of the first form.
func layoutOf(text string) (layout, error) {
	number, named, found := strings.Cut(text, " ")
	if !found {
		named = "1"
	}
	buckets, err := strconv.Atoi(number)
	if err != nil {
		return layout{}, errCorrupt
	}
	of, err := strconv.Atoi(named)
	if err != nil {
		return layout{}, errCorrupt
	}
	return layout{buckets, of}, nil
}

// layout writes its layout into a store that has none, and refuses a store of another. It asks until it was answered once.
func (l *Levels) layout(ctx context.Context) error {
	if l.settled.Load() {
		return nil
	}
	want := layout{len(l.buckets), form}
	if err := l.client.SetNX(ctx, l.keys.Layout(), want.text(), 0).Err(); err != nil {
		return fmt.Errorf("writing the layout: %w", failed(ctx, err))
	}
	return l.sameLayout(ctx, want)
}

func (l *Levels) sameLayout(ctx context.Context, want layout) error {
	text, err := l.client.Get(ctx, l.keys.Layout()).Result()
	switch {
	case errors.Is(err, goredis.Nil):
		return nil // gone between the two: asked again by the next call
	case err != nil:
		return fmt.Errorf("reading the layout: %w", failed(ctx, err))
	}
	is, err := layoutOf(text)
	switch {
	case err != nil:
		return fmt.Errorf("reading the layout: %w", err)
	case is != want:
		return fmt.Errorf("%w: the store has %s, this process %s", ErrLayout, is, want)
	}
	l.settled.Store(true)
	return nil
}
