package jobs

import (
	"errors"
	"fmt"
	"time"
)

// Config bounds the runner. Zero means the default that each field names.
type Config struct {
	TickEvery   time.Duration // between two ticks of the holder. 0 = 5 s
	TickTimeout time.Duration // for a tick to be written, read and committed. 0 = 10 s
	TurnEvery   time.Duration // between two looks for levels that have ended. 0 = 1 s
	Grace       time.Duration // after a month's turn, during which falls are not announced: orders of the month may still come. 0 = 5 min
	CouponEvery time.Duration // between two looks for coupons that are due, and so what a coupon may be late. 0 = 100 ms
	Jitter      time.Duration // coupons of one plan are spread over so long, a member's always alike; less than 12 h. 0 = 1 min
	SweepEvery  time.Duration // in which all buckets are looked through for members without their timers. 0 = 10 min
	Page        int           // members, or coupons, of one call of the store. 0 = 256
	Buckets     int           // worked on side by side. 0 = 8
	RetryBase   time.Duration // first wait after a failure, doubled each time, jittered. 0 = 100 ms
	RetryMax    time.Duration // longest wait. 0 = 5 s
	CallTimeout time.Duration // of one call of the store. 0 = 10 s
}

// longestJitter is less than half the shortest period, a day of 23 hours: the latest occurrence at or before a timer is its own.
const longestJitter = 12 * time.Hour

func (c Config) withDefaults() Config {
	c.TickEvery = or(c.TickEvery, 5*time.Second)
	c.TickTimeout = or(c.TickTimeout, 10*time.Second)
	c.TurnEvery = or(c.TurnEvery, time.Second)
	c.Grace = or(c.Grace, 5*time.Minute)
	c.CouponEvery = or(c.CouponEvery, 100*time.Millisecond)
	c.Jitter = or(c.Jitter, time.Minute)
	c.SweepEvery = or(c.SweepEvery, 10*time.Minute)
	c.Page = or(c.Page, 256)
	c.Buckets = or(c.Buckets, 8)
	c.RetryBase = or(c.RetryBase, 100*time.Millisecond)
	c.RetryMax = or(c.RetryMax, 5*time.Second)
	c.CallTimeout = or(c.CallTimeout, 10*time.Second)
	return c
}

// Validate reports every complaint at once.
func (c Config) Validate() error {
	var complaints []error
	for _, s := range []struct {
		name  string
		value int64
	}{
		{"tickEvery", int64(c.TickEvery)},
		{"tickTimeout", int64(c.TickTimeout)},
		{"turnEvery", int64(c.TurnEvery)},
		{"grace", int64(c.Grace)},
		{"couponEvery", int64(c.CouponEvery)},
		{"jitter", int64(c.Jitter)},
		{"sweepEvery", int64(c.SweepEvery)},
		{"page", int64(c.Page)},
		{"buckets", int64(c.Buckets)},
		{"retryBase", int64(c.RetryBase)},
		{"retryMax", int64(c.RetryMax)},
		{"callTimeout", int64(c.CallTimeout)},
	} {
		if s.value < 0 {
			complaints = append(complaints, fmt.Errorf("%s must not be negative", s.name))
		}
	}
	full := c.withDefaults()
	if full.RetryMax < full.RetryBase {
		complaints = append(complaints, fmt.Errorf("retryMax (%s) is below retryBase (%s)", full.RetryMax, full.RetryBase))
	}
	if full.Jitter >= longestJitter {
		complaints = append(complaints, fmt.Errorf("jitter (%s) must be less than %s", full.Jitter, longestJitter))
	}
	return errors.Join(complaints...)
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
