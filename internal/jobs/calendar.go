package jobs

import (
	"hash/fnv"
	"time"

	"sluice/schemas"
	"sluice/schemas/rules"
)

// jitter is by how much a member's coupons of a plan come later than the plan says, ms: always alike.
func (r *Runner) jitter(planID, member string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(planID + "\x00" + member)) // it never fails
	return int64(h.Sum64() % uint64(max(r.cfg.Jitter.Milliseconds(), 1)))
}

// occurrence is what a timer is for: the plan's own moment, and the period. It is false when the plan has none at or shortly before
// the timer, because it was changed; then it is the next.
func occurrence(inForce *rules.Rules, p *rules.CouponPlan, timer int64) (at int64, period string, ok bool) {
	at, period = inForce.CouponDue(p, timer-longestJitter.Milliseconds())
	return at, period, at <= timer
}

// entitled says whether a plan's coupon is a member's at a moment.
func entitled(inForce *rules.Rules, p *rules.CouponPlan, state *schemas.MemberState, at int64) bool {
	if p.SKU != "" {
		for i := range state.Memberships {
			if m := &state.Memberships[i]; m.SKU == p.SKU && m.From <= at && at < m.Until {
				return true
			}
		}
		return false
	}
	rank, known := inForce.RankOf(p.Level)
	return known && inForce.Effective(state.Count, state.Memberships, at).Rank >= rank
}

// reach is how far back a chain may have to be taken up: behind it no counts are kept.
const reach = 400 * 24 * time.Hour

// missing is when a timer that is not there must be due: behind the last period that was decided; and where none was, at the first
// moment that no sweep has seen yet.
func (r *Runner) missing(inForce *rules.Rules, p *rules.CouponPlan, member, decided string, now int64) int64 {
	after := now - 2*r.cfg.SweepEvery.Milliseconds()
	if decided != "" {
		after = now - reach.Milliseconds()
	}
	at, period := inForce.CouponDue(p, after)
	for decided != "" && period <= decided {
		at, period = inForce.CouponDue(p, at)
	}
	return at + r.jitter(p.ID, member)
}
