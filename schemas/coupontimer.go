package schemas

// CouponTimer says when a member's next coupon of a plan is due. A member has at most one of a plan.
type CouponTimer struct {
	Plan, Member string
	Due          int64  // ms since 1970 UTC, the member's jitter in it; 0 = none is armed
	Decided      string // the last period that was decided, "" = none; a plan's periods sort as text
}

// CouponDecision is what is to become of a timer that is due. The store takes it only while the
// timer still says Timer.Due, and in one step: the coupon, the period and the next timer.
type CouponDecision struct {
	Timer  CouponTimer // as CouponsDue gave it
	Period string      // decided by this; one that is not after Timer's Decided gives no coupon
	Next   int64       // when the timer is due again, ms; 0 = it ends
	Grant  []byte      // CouponGranted as JSON, for the outbox under TopicCoupons with the member as key; nil = the member was not entitled
}

// CouponOutcome is what the store says of a decision.
type CouponOutcome uint8

// The outcomes.
const (
	CouponGone    CouponOutcome = iota // the timer does not say that any more: another runner was there; nothing is changed
	CouponGiven                        // the coupon is in the outbox, the period is decided, the timer is moved on
	CouponPassed                       // Grant was nil: the period is decided, the timer is moved on
	CouponDecided                      // the period was decided before: the timer is moved on, no coupon is given
)
