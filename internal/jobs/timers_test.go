package jobs

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"sluice/schemas"
)

func (s *store) CouponsDue(ctx context.Context, bucket int, now int64, but []string, limit int) ([]schemas.CouponTimer, error) {
	if err := s.ask(ctx, "coupons due"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []schemas.CouponTimer
	for _, timer := range s.timers {
		if schemas.Bucket([]byte(timer.Member), s.buckets) == bucket && timer.Due > 0 && timer.Due <= now && !slices.Contains(but, timer.Plan) {
			due = append(due, timer)
		}
	}
	slices.SortFunc(due, func(a, b schemas.CouponTimer) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), strings.Compare(a.Member, b.Member), strings.Compare(a.Plan, b.Plan))
	})
	return due[:min(limit, len(due))], nil
}

func (s *store) DecideCoupons(ctx context.Context, bucket int, fence int64, decisions []schemas.CouponDecision) (outcomes []schemas.CouponOutcome, err error) {
	err = s.change(ctx, "decide", bucket, fence, func() {
		for i := range decisions {
			outcomes = append(outcomes, s.decideOne(&decisions[i]))
		}
	})
	return outcomes, err
}

func (s *store) decideOne(d *schemas.CouponDecision) schemas.CouponOutcome {
	key := d.Timer.Plan + " " + d.Timer.Member
	have := s.timers[key]
	if have.Due != d.Timer.Due {
		return schemas.CouponGone
	}
	have.Due = d.Next
	outcome := schemas.CouponDecided
	if d.Period > have.Decided {
		have.Decided = d.Period
		outcome = schemas.CouponPassed
		if d.Grant != nil {
			var granted schemas.CouponGranted
			if err := schemas.DecodeCoupon(&granted, d.Grant); err != nil {
				panic(err)
			}
			s.grants = append(s.grants, granted)
			outcome = schemas.CouponGiven
		}
	}
	s.timers[key] = have
	return outcome
}

func (s *store) ArmCoupons(ctx context.Context, bucket int, fence int64, timers []schemas.CouponTimer) (armed int, err error) {
	err = s.change(ctx, "arm", bucket, fence, func() {
		for _, timer := range timers {
			key := timer.Plan + " " + timer.Member
			have, known := s.timers[key]
			if known && have.Due > 0 {
				continue
			}
			have.Plan, have.Member, have.Due = timer.Plan, timer.Member, timer.Due
			s.timers[key] = have
			armed++
		}
	})
	return armed, err
}

func (s *store) Raised(ctx context.Context, bucket int, after string, limit int) ([]string, error) {
	if err := s.ask(ctx, "raised"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for id, p := range s.people {
		if p.bucket == bucket && p.rank > 0 && id > after {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids[:min(limit, len(ids))], nil
}

func (s *store) Member(ctx context.Context, id string) (schemas.MemberState, error) {
	if err := s.ask(ctx, "member"); err != nil {
		return schemas.MemberState{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.people[id].state, nil
}

func (s *store) CouponTimers(_ context.Context, member string) (kept []schemas.CouponTimer, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, timer := range s.timers {
		if timer.Member == member {
			kept = append(kept, timer)
		}
	}
	return kept, nil
}
