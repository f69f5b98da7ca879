package jobs

import (
	"sync"

	"sluice/schemas/rules"
)

// quota bounds how many coupons of a plan are given a second: what was not given during an outage
// does not fall on the services all at once.
type quota struct {
	mu   sync.Mutex
	last int64 // ms: when it was filled
	left map[string]float64
}

// fill adds what the time since the last filling allows, up to that of one second.
func (q *quota) fill(inForce *rules.Rules, now int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	passed := float64(max(now-q.last, 0)) / 1000
	q.last = now
	left := make(map[string]float64, len(inForce.Coupons))
	for i := range inForce.Coupons {
		if p := &inForce.Coupons[i]; p.Quota > 0 {
			left[p.ID] = min(q.left[p.ID]+passed*float64(p.Quota), max(float64(p.Quota), 1))
		}
	}
	q.left = left
}

// take is true when one more may be given.
func (q *quota) take(p *rules.CouponPlan) bool {
	if p.Quota <= 0 {
		return true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.left[p.ID] < 1 {
		return false
	}
	q.left[p.ID]--
	return true
}

// back returns one that was not given after all.
func (q *quota) back(p *rules.CouponPlan) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if p.Quota > 0 {
		q.left[p.ID]++
	}
}

// spent are the plans of which none may be given now.
func (q *quota) spent() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var plans []string
	for id, left := range q.left {
		if left < 1 {
			plans = append(plans, id)
		}
	}
	return plans
}
