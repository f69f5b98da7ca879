package rules

// CouponDue is the first moment after that one at which a plan is due (ms), and the period that the
// coupon is for: 2026-11, 2026-W47 or 2026-11-21.
func (r *Rules) CouponDue(plan *CouponPlan, after int64) (due int64, period string) { return 0, "" }
