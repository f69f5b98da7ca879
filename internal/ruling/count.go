package ruling

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"sluice/schemas"
	"sluice/schemas/rules"
)

// Members is the store of member levels, read only.
type Members interface {
	// Buckets is how many parts the members are in, numbered from 0.
	Buckets() int
	// Held hands what is held of members to each.
	Held(ctx context.Context, q schemas.HeldQuery, each func(*schemas.Held) error) error
	// Member is one member's state.
	Member(ctx context.Context, id string) (schemas.MemberState, error)
}

// Move is how many members go from one level to another.
type Move struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Members int64  `json:"members"`
}

// Count is what other rules would do.
type Count struct {
	Members int64          `json:"members"` // that the store holds
	Moved   int64          `json:"moved"`   // who would have another level
	Moves   map[Move]int64 `json:"-"`       // by levels; Members of the keys is 0
}

// ErrCalendar says that the rules have calendars of their own: a store holds orders by the months of one.
var ErrCalendar = errors.New("the time zones differ: who would move cannot be counted, since orders are held by the months of one calendar")

// asked is how many buckets are counted side by side.
const asked = 8

// CountMoves says who has another level under other rules at a moment, ms. It changes nothing.
func CountMoves(ctx context.Context, store Members, from, to *rules.Rules, at int64, looked func(done, of int)) (Count, error) {
	if from.TimeZone != to.TimeZone {
		return Count{}, ErrCalendar
	}
	c := &counting{store: store, from: from, to: to, at: at, total: Count{Moves: map[Move]int64{}}}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(asked)
	for bucket := range store.Buckets() {
		group.Go(func() error {
			err := store.Held(ctx, schemas.HeldQuery{Bucket: bucket}, func(h *schemas.Held) error { return c.add(ctx, h.Member) })
			c.mu.Lock()
			defer c.mu.Unlock()
			c.buckets++
			looked(c.buckets, store.Buckets())
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Count{}, fmt.Errorf("counting who would move: %w", err)
	}
	return c.total, nil
}

type counting struct {
	store    Members
	from, to *rules.Rules
	at       int64

	mu      sync.Mutex
	total   Count
	buckets int
}

func (c *counting) add(ctx context.Context, member string) error {
	state, err := c.store.Member(ctx, member)
	if err != nil {
		return err
	}
	from, to := level(c.from, &state, c.at), level(c.to, &state, c.at)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total.Members++
	if from != to {
		c.total.Moved++
		c.total.Moves[Move{From: from, To: to}]++
	}
	return nil
}

// level is a member's level by some rules, what was bought having the rank that they sell.
func level(by *rules.Rules, state *schemas.MemberState, at int64) string {
	bought := make([]schemas.Membership, len(state.Memberships))
	copy(bought, state.Memberships)
	for i := range bought {
		if _, rank, ok := by.Product(bought[i].SKU); ok {
			bought[i].Rank = rank
		}
	}
	return by.LevelName(by.Effective(state.Count, bought, at).Rank)
}
