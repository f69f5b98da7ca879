package levels

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Record is one record of the topic, as the service's Kafka client has it.
type Record struct {
	Partition int32
	Offset    int64
	Value     []byte
}

// Source is the service's Kafka client: a consumer group over Topic that starts at the oldest record.
type Source interface {
	// Fetch blocks until there are records, and gives some, each partition's in order.
	Fetch(ctx context.Context) ([]Record, error)
	// Settle makes it durable that these records, the last that were fetched, are dealt with: it commits. What was not
	// settled is fetched again, by this process or by another.
	Settle(ctx context.Context, records []Record) error
}

// Keeper is where the service remembers, of each member, the change that it acted on last. It is best kept by the same
// transaction as what the service does: then nothing is done twice.
type Keeper interface {
	// Last is what Keep was called with last for a member, and the zero Stamp when it never was.
	Last(ctx context.Context, member string) (Stamp, error)
	// Keep remembers it durably.
	Keep(ctx context.Context, member string, stamp Stamp) error
}

// Follower acts on each change once, and at least once when it is stopped amid one.
type Follower struct {
	source Source
	keeper Keeper
	act    func(ctx context.Context, c *Change) error
	told   Told
	wait   Wait
}

// Told is what a Follower tells of; each of its functions may be nil, and must not block.
type Told struct {
	// Passed: the change is not after the one that was acted on last.
	Passed func(c *Change)
	// Unreadable: the record is no change; it is settled, since it never will be one.
	Unreadable func(r Record, err error)
	// Failed: fetching, acting, keeping or settling failed, and is tried again.
	Failed func(err error)
}

// Wait is between attempts: First, and doubled with each, up to Longest. Zero values are 100 ms and 5 s.
type Wait struct{ First, Longest time.Duration }

// New makes a Follower. act is called for one change at a time; an error from it is an attempt that failed, and the change is
// tried again for ever, before any other: a change that can never be acted on must be put aside by act itself.
func New(source Source, keeper Keeper, act func(ctx context.Context, c *Change) error, told Told, wait Wait) (*Follower, error) {
	if source == nil || keeper == nil || act == nil {
		return nil, errors.New("following levels needs a source, a keeper and what to do")
	}
	if wait.First < 0 || wait.Longest < 0 {
		return nil, errors.New("following levels: a wait is negative")
	}
	if wait.First == 0 {
		wait.First = 100 * time.Millisecond
	}
	if wait.Longest == 0 {
		wait.Longest = 5 * time.Second
	}
	return &Follower{source: source, keeper: keeper, act: act, told: told, wait: wait}, nil
}

// Run follows until ctx ends, and returns nil then.
func (f *Follower) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		var records []Record
		f.insist(ctx, "fetching", func() (err error) {
			records, err = f.source.Fetch(ctx)
			return err
		})
		for i := range records {
			f.insist(ctx, "following", func() error { return f.take(ctx, records[i]) })
		}
		if ctx.Err() == nil && len(records) > 0 {
			f.insist(ctx, "settling", func() error { return f.source.Settle(ctx, records) })
		}
	}
	return nil
}

// take acts on one record, if it is newer than what is known.
func (f *Follower) take(ctx context.Context, r Record) error {
	c, err := Decode(r.Value)
	if err != nil {
		if f.told.Unreadable != nil {
			f.told.Unreadable(r, err)
		}
		return nil
	}
	last, err := f.keeper.Last(ctx, c.MemberID)
	if err != nil {
		return fmt.Errorf("looking up a member: %w", err)
	}
	if !StampOf(&c).After(last) {
		if f.told.Passed != nil {
			f.told.Passed(&c)
		}
		return nil
	}
	if err := f.act(ctx, &c); err != nil {
		return fmt.Errorf("acting on change %v: %w", StampOf(&c), err)
	}
	if err := f.keeper.Keep(ctx, c.MemberID, StampOf(&c)); err != nil {
		return fmt.Errorf("keeping change %v: %w", StampOf(&c), err)
	}
	return nil
}

// insist tries until it is done, or ctx ends.
func (f *Follower) insist(ctx context.Context, what string, do func() error) {
	for wait := f.wait.First; ctx.Err() == nil; wait = min(2*wait, f.wait.Longest) {
		err := do()
		if err == nil || ctx.Err() != nil {
			return
		}
		if f.told.Failed != nil {
			f.told.Failed(fmt.Errorf("%s: %w", what, err))
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}
