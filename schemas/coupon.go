package schemas

import "strconv"

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

// The places of a grant's form.
const (
	couponMemberID = iota
	couponPlan
	couponPeriod
	couponCouponID
	couponAt
)

//nolint:gochecknoglobals // a constant table
var couponForm = form{
	couponMemberID: {"memberId", kindText, true},
	couponPlan:     {"plan", kindText, true},
	couponPeriod:   {"period", kindText, true},
	couponCouponID: {"couponId", kindText, true},
	couponAt:       {"at", kindInteger, true},
}

// AppendCouponJSON appends the JSON of a grant, without a line break.
func AppendCouponJSON(dst []byte, c *CouponGranted) []byte {
	dst = appendQuoted(append(dst, `{"memberId":`...), c.MemberID)
	dst = appendQuoted(append(dst, `,"plan":`...), c.Plan)
	dst = appendQuoted(append(dst, `,"period":`...), c.Period)
	dst = appendQuoted(append(dst, `,"couponId":`...), c.CouponID)
	dst = strconv.AppendInt(append(dst, `,"at":`...), c.At, 10)
	return append(dst, '}')
}

// DecodeCoupon reads the JSON of a grant into c, which it resets first. Every error is a *FieldError.
// Fields that it does not know are passed over.
func DecodeCoupon(c *CouponGranted, value []byte) error {
	var read cells
	if err := couponForm.read(&read, value); err != nil {
		return err
	}
	*c = CouponGranted{
		MemberID: string(read.texts[couponMemberID]), Plan: string(read.texts[couponPlan]), Period: string(read.texts[couponPeriod]),
		CouponID: string(read.texts[couponCouponID]), At: read.numbers[couponAt],
	}
	return checkTime("at", c.At)
}
