package reconcile

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"sluice/schemas"
)

// Watch reconciles until ctx ends, and returns nil then: each round some of the members who had an event since the last
// one, and once a day everything. Failures are reported, and the next round comes all the same.
func (r *Reconciler) Watch(ctx context.Context, repair bool) error {
	place, err := time.LoadLocation(r.deps.Rules.TimeZone)
	if err != nil {
		return fmt.Errorf("reconciling: %w", err)
	}
	since := r.deps.Now()
	for whole := r.daily(since, place); ; {
		if pause(ctx, r.cfg.Every) != nil {
			return nil //nolint:nilerr // that is how watching ends
		}
		now := r.deps.Now()
		if !now.Before(whole) {
			_, _ = r.Run(ctx, Job{Repair: repair}) // the observer was told how it ended
			whole = r.daily(now, place)
			continue
		}
		if r.round(ctx, since, repair) == nil {
			since = now
		}
	}
}

// daily is the next moment at which everything is passed over.
func (r *Reconciler) daily(now time.Time, place *time.Location) time.Time {
	year, month, day := now.In(place).Date()
	for {
		if at := time.Date(year, month, day, 0, 0, 0, 0, place).Add(r.cfg.Daily); at.After(now) {
			return at
		}
		day++
	}
}

// overlap is for how long an event may be under way until it is in the index.
const overlap = time.Minute

// newest is how many of the latest orders members are chosen from: who had an event of an older order is found by a whole pass.
const newest = 10_000

// round compares some of those who had an event lately.
func (r *Reconciler) round(ctx context.Context, since time.Time, repair bool) error {
	p := &pass{
		Reconciler: r, job: Job{Repair: repair}, window: newWindow(r.deps.Rules, r.deps.Now().UnixMilli()), only: -1,
		pace: pace{rate: r.cfg.Rate}, suspects: map[string][]Drift{},
	}
	err := p.sample(ctx, since.Add(-overlap).UnixMilli())
	if err == nil {
		err = p.settle(ctx)
	}
	if ctx.Err() == nil {
		r.deps.Observer.Ended(p.report, err)
	}
	return err
}

func (p *pass) sample(ctx context.Context, since int64) error {
	var members []string
	chosen := map[string]bool{}
	seen := 0
	err := p.deps.Index.OrderFacts(ctx, schemas.OrderFactsQuery{Since: since, Newest: newest}, func(f *schemas.OrderFact) error {
		if chosen[string(f.Member)] {
			return nil
		}
		seen++
		switch at := rand.IntN(seen); {
		case len(members) < p.cfg.Sample:
			members = append(members, string(f.Member))
		case at < len(members):
			delete(chosen, members[at])
			members[at] = string(f.Member)
		default:
			return nil
		}
		chosen[string(f.Member)] = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("choosing members: %w", err)
	}
	for _, member := range members {
		drifts, err := p.again(ctx, member, false)
		if err != nil {
			return fmt.Errorf("comparing a member: %w", err)
		}
		p.report.Members++
		p.suspect(member, drifts)
	}
	return nil
}
