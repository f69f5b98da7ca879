package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/schemas"
	"sluice/schemas/rules"
)

var errAway = errors.New("away")

// store keeps members in memory, atomically and with fences as the contract says. Before and after each change it
// asks trouble, which may fail, block or kill whoever calls.
type store struct {
	mu      sync.Mutex
	rules   *rules.Rules
	buckets int
	fences  map[int]int64
	people  map[string]*person
	timers  map[string]schemas.CouponTimer // plan and member
	trouble func(ctx context.Context, step string) error

	falls   []string // member and level, as announced
	grants  []schemas.CouponGranted
	refused int // fences
}

type person struct {
	state  schemas.MemberState
	bucket int
	rank   int   // announced
	due    int64 // 0 = none
}

func newStore(inForce *rules.Rules, buckets int) *store {
	return &store{
		rules: inForce, buckets: buckets, fences: map[int]int64{}, people: map[string]*person{}, timers: map[string]schemas.CouponTimer{},
		trouble: func(context.Context, string) error { return nil },
	}
}

// join makes a member with orders in a month, at its level at now.
func (s *store) join(id string, now int64, months map[schemas.Month]int, bought ...schemas.Membership) {
	p := &person{bucket: schemas.Bucket([]byte(id), s.buckets), state: schemas.MemberState{MemberID: id, Memberships: bought}}
	for m, n := range months {
		p.state.Months = append(p.state.Months, schemas.MonthOrders{Month: m, Orders: n})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[id] = p
	s.level(p, now)
}

// level computes a member's level, and says whether it changed.
func (s *store) level(p *person, now int64) bool {
	standing := s.rules.Effective(p.state.Count, p.state.Memberships, now)
	changed := standing.Rank != p.rank
	p.rank, p.due = standing.Rank, standing.ValidUntil
	return changed
}

func (s *store) Buckets() int { return s.buckets }

func (s *store) ask(ctx context.Context, step string) error {
	s.mu.Lock()
	trouble := s.trouble
	s.mu.Unlock()
	return trouble(ctx, step) // it may block
}

// change is one atomic step of a bucket under a fence.
func (s *store) change(ctx context.Context, step string, bucket int, fence int64, do func()) error {
	if err := s.ask(ctx, "before "+step); err != nil {
		return err
	}
	if err := s.fenced(bucket, fence, do); err != nil {
		return err
	}
	return s.ask(ctx, "after "+step)
}

func (s *store) fenced(bucket int, fence int64, do func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fence < s.fences[bucket] {
		s.refused++
		return fmt.Errorf("fence %d: %w", fence, schemas.ErrFenced)
	}
	s.fences[bucket] = fence
	do()
	return nil
}

func (s *store) Due(ctx context.Context, now int64) (levels, coupons []int, err error) {
	if err := s.ask(ctx, "due"); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.people {
		if p.due > 0 && p.due <= now {
			levels = append(levels, p.bucket)
		}
	}
	for _, timer := range s.timers {
		if timer.Due > 0 && timer.Due <= now {
			coupons = append(coupons, schemas.Bucket([]byte(timer.Member), s.buckets))
		}
	}
	slices.Sort(levels)
	slices.Sort(coupons)
	return slices.Compact(levels), slices.Compact(coupons), nil
}

func (s *store) Turn(ctx context.Context, bucket int, now, fence int64, limit int) (announced int, more bool, err error) {
	err = s.change(ctx, "turn", bucket, fence, func() {
		var due []*person
		for _, p := range s.people {
			if p.bucket == bucket && p.due > 0 && p.due <= now {
				due = append(due, p)
			}
		}
		slices.SortFunc(due, func(a, b *person) int {
			return cmp.Or(cmp.Compare(a.due, b.due), strings.Compare(a.state.MemberID, b.state.MemberID))
		})
		more = len(due) > limit
		for _, p := range due[:min(limit, len(due))] {
			if s.level(p, now) {
				announced++
				s.falls = append(s.falls, p.state.MemberID+" "+s.rules.LevelName(p.rank))
			}
		}
	})
	return announced, more, err
}

// heard is an Observer that remembers.
type heard struct {
	mu     sync.Mutex
	did    map[string]int
	failed []error
	late   []time.Duration
}

func (h *heard) JobDid(job string, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.did == nil {
		h.did = map[string]int{}
	}
	h.did[job] += n
}

func (h *heard) JobFailed(_ string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failed = append(h.failed, err)
}

func (h *heard) CouponGiven(_ string, late time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.late = append(h.late, late)
}

func (h *heard) count(job string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.did[job]
}

// first is the first failure, nil when there was none.
func (h *heard) first() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.failed) == 0 {
		return nil
	}
	return h.failed[0]
}

// clock maps a bubble's time, which begins in 2000, to the time of the story.
func clock(begins time.Time) func() time.Time {
	zero := time.Now()
	return func() time.Time { return begins.Add(time.Since(zero)) }
}

func readRules(t testing.TB, coupons string) *rules.Rules {
	t.Helper()
	inForce, err := rules.Read([]byte(`version: t1
timeZone: Asia/Shanghai
keepMonths: 1
levels: [{name: bronze, orders: 0}, {name: silver, orders: 5}, {name: gold, orders: 20}]
products: [{sku: gold-month, level: gold, days: 31}]
coupons: [` + coupons + `]
`))
	if err != nil {
		t.Fatal(err)
	}
	return inForce
}
