package sinkstest

import (
	"context"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// LevelsSetup is what a store of member levels is to be opened with.
type LevelsSetup struct {
	Rules   *rules.Rules
	Buckets int
	Now     func() time.Time // the only clock by which a level is announced
}

// LevelsSubject is a store of member levels under test, empty and unborn when it is handed over.
//
// What the suite holds it to, beside schemas.MemberState and LevelEvent:
//
// What internal/rewind says of stores (its package comment). Write fails with pipelines.ErrLost where that says so, and
// leaves the buckets that it concerns as they were. A change that a write without From brings has the cause repair.
//
// Verdicts: complete is Stored when it adds the order, or moves it to an earlier month; Duplicate as "void"
// (tombstoned), else as "counted", also when the earlier second of the same month is kept. void is Stored when it
// leaves a tombstone, Duplicate as "void" when there is one. purchase is Stored, or Duplicate as "bought".
// What belongs to a month older than 13 before the present one, or a membership that ended before those, is
// Stale as "expired"; of a month later than the next, Poison as "future"; a body that is no event, Poison as "bad_event";
// LevelIgnore is Stale as "ignored".
//
// An announcement compares the level announced last (at first the base level) with that of this moment. What time does is
// announced by Turn alone (cause month, or membership when that gave it), so that whoever calls it decides how long late
// orders are waited for. An event announces the level that it leads to (orders with the order's id, membership), unless that is
// the one announced, or lies between that and the one which time has made of it meanwhile: then the rest is still Turn's.
// Other rules are announced before the first event that changes something. Version goes up by one each time and never back.
//
// A timer stands at ValidUntil, or where a membership or a month that gives more begins before that. Turn takes those that
// are due. A bucket that is recovering takes events and announces, but no Turn and no coupons: schemas.ErrRecovering.
type LevelsSubject struct {
	Levels Levels
	Bucket func(member string) int
	// Lose makes the store forget everything, as a server that was flushed; nil when it cannot.
	Lose func(t *testing.T)
	// Reopen closes the store and opens it again as another process does, with the same data; nil when it cannot.
	Reopen func(t *testing.T) LevelsSubject
}

// Levels is the whole contract of a store of member levels; each part is what one user of it asks for.
type Levels interface {
	pipelines.Sink
	LevelMarks
	LevelOutbox
	LevelTurns
	LevelCoupons
	LevelMembers
	LevelHeld
	// Buckets is how many there are, numbered from 0.
	Buckets() int
}

// LevelMarks is what internal/rewind asks for; its package comment is the contract.
type LevelMarks interface {
	Open(ctx context.Context, feed pipelines.Feed, claim string) (pipelines.Marks, error)
	Recover(ctx context.Context, claim string, epoch int64, feeds []pipelines.Feed) (buckets int, err error)
	Raise(ctx context.Context, part pipelines.Partition, next int64) error
}

// LevelOutbox is what internal/relay asks for.
type LevelOutbox interface {
	Waiting(ctx context.Context) ([]int, error)
	Outbox(ctx context.Context, bucket, limit int) ([]schemas.OutboxEntry, error)
	Trim(ctx context.Context, bucket int, ids []string) error
}

// LevelTurns is what internal/jobs asks for.
type LevelTurns interface {
	Due(ctx context.Context, now int64) (levels, coupons []int, err error)
	Turn(ctx context.Context, bucket int, now, fence int64, limit int) (announced int, more bool, err error)
}

// LevelCoupons is what internal/jobs asks for.
type LevelCoupons interface {
	CouponsDue(ctx context.Context, bucket int, now int64, but []string, limit int) ([]schemas.CouponTimer, error)
	DecideCoupons(ctx context.Context, bucket int, fence int64, decisions []schemas.CouponDecision) ([]schemas.CouponOutcome, error)
	ArmCoupons(ctx context.Context, bucket int, fence int64, timers []schemas.CouponTimer) (armed int, err error)
}

// LevelMembers is what internal/query and internal/jobs ask for.
type LevelMembers interface {
	Member(ctx context.Context, id string) (schemas.MemberState, error)
	Raised(ctx context.Context, bucket int, after string, limit int) ([]string, error)
	CouponTimers(ctx context.Context, member string) ([]schemas.CouponTimer, error)
}

// LevelHeld is what reconciliation and a change of the rules ask for.
type LevelHeld interface {
	// Held hands what is held of members to each, each member once.
	Held(ctx context.Context, q schemas.HeldQuery, each func(*schemas.Held) error) error
	// Rule brings some members of a bucket under the store's own rules.
	Rule(ctx context.Context, bucket int, after string, fence int64, limit int) (schemas.Ruling, error)
}

// TestLevels runs the suite.
func TestLevels(t *testing.T, open func(t *testing.T, with LevelsSetup) LevelsSubject) {
	for part, checks := range map[string]map[string]func(*house){
		"counts": levelCounts(), "changes": levelChanges(), "time": levelTurns(), "losses": levelLosses(),
		"coupons": levelCoupons(), "repairs": levelRepairs(), "rules": levelRulings(),
	} {
		t.Run(part, func(t *testing.T) { runLevelChecks(t, checks, begun(open)) })
	}
	t.Run("any history ends with what its events mean (rapid)", func(t *testing.T) { anyHistory(t, open) })
	t.Run("whatever comes when, each change is said for what caused it (rapid)", func(t *testing.T) { anyTale(t, open) })
}
