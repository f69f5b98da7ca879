package orders

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// Plan is the header of a load of orders: all that its events follow from.
type Plan struct {
	Run     string  `json:"run"`     // every member's id begins with it: 4 to 24 of a-z, 0-9 and -, ending in -
	Seed    uint64  `json:"seed"`    // decides whose orders they are, and what becomes of them
	Start   int64   `json:"start"`   // ms since 1970 UTC: when the first request is due
	Rate    float64 `json:"rate"`    // events a second, doubles included, above 0
	Orders  int64   `json:"orders"`  // of two or three events each; 1 or more
	Members int64   `json:"members"` // 1 or more; the first ones order most
	Lanes   int64   `json:"lanes"`   // of orders: requests under way at once; 1 to 256. Purchases have one beside them
	Batch   int64   `json:"batch"`   // events of a request at most; 2 or more
	Over    int64   `json:"over"`    // ms: the orders' own moments lie within so long before Start; a minute or more
	Shuffle int64   `json:"shuffle"` // ms: an event is sent so long after its turn at most; 0 = in order
	Shares  Shares  `json:"shares"`
	Rules   Rules   `json:"rules"`
}

// Shares are parts of the whole, 0 to 1.
type Shares struct {
	Late      float64 `json:"late"`      // of the orders: completed in the month before
	Voided    float64 `json:"voided"`    // of the orders: half refunded, a quarter cancelled instead of completed, a quarter before they are completed all the same
	Purchased float64 `json:"purchased"` // of the orders: beside it the member buys a level
	Doubled   float64 `json:"doubled"`   // of the events: sent again in a later request
}

// Rules are the servers' under which the load was made.
type Rules struct {
	Version    string    `json:"version"`
	TimeZone   string    `json:"timeZone"`   // IANA name
	KeepMonths int       `json:"keepMonths"` // how many months after its own a level that was earned holds
	Levels     []Level   `json:"levels"`     // from the base level upwards
	Products   []Product `json:"products"`
}

// Level is one level.
type Level struct {
	Name   string `json:"name"`
	Orders int    `json:"orders"` // in one month
}

// Product is a level for money.
type Product struct {
	SKU   string `json:"sku"`
	Level string `json:"level"`
	Days  int64  `json:"days"` // of 24 hours
}

// The bounds of a plan: 7 digits of a member, and the memory of who looks at all of it.
const (
	maxMembers = 10_000_000
	maxOrders  = 100_000_000
	maxLanes   = 256
	maxBatch   = 5_000
	maxLevels  = 100
	maxOver    = 365 * 86_400_000
	firstStart = orderEpoch + maxOver // so that order ids can say it
)

// Validate reports every complaint at once.
func (p *Plan) Validate() error {
	var errs []error
	complain := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	complain(regexp.MustCompile(`^[a-z0-9-]{3,23}-$`).MatchString(p.Run), "run %q: want 4 to 24 of a-z, 0-9 and -, ending in -", p.Run)
	complain(p.Start-p.Over > firstStart, "start is %d, and %d ms before it is not in 2019 or later", p.Start, p.Over)
	complain(p.Rate > 0 && p.Rate <= 10_000_000, "rate is %g, must be above 0 and at most 10,000,000 a second", p.Rate)
	complain(p.Orders >= 1 && p.Orders <= maxOrders, "orders are %d, must be 1 to %d", p.Orders, int64(maxOrders))
	complain(p.Members >= 1 && p.Members <= maxMembers, "members are %d, must be 1 to %d", p.Members, int64(maxMembers))
	complain(p.Lanes >= 1 && p.Lanes <= maxLanes, "lanes are %d, must be 1 to %d", p.Lanes, int64(maxLanes))
	complain(p.Batch >= 2 && p.Batch <= maxBatch, "batch is %d, must be 2 to %d", p.Batch, int64(maxBatch))
	complain(p.Over >= time.Minute.Milliseconds() && p.Over <= maxOver, "over is %d ms, must be a minute to 365 days", p.Over)
	complain(p.Shuffle >= 0 && p.Shuffle <= time.Hour.Milliseconds(), "shuffle is %d ms, must be 0 to an hour", p.Shuffle)
	s := p.Shares
	for _, share := range []struct {
		name  string
		value float64
	}{{"late", s.Late}, {"voided", s.Voided}, {"purchased", s.Purchased}, {"doubled", s.Doubled}} {
		complain(share.value >= 0 && share.value <= 1, "%s is %g, must be 0 to 1", share.name, share.value)
	}
	complain(!(s.Purchased > 0) || len(p.Rules.Products) > 0, "purchases need a product of the rules")
	return errors.Join(append(errs, p.Rules.validate())...)
}

func (r *Rules) validate() error {
	var errs []error
	if _, err := time.LoadLocation(r.TimeZone); err != nil || r.TimeZone == "" {
		errs = append(errs, fmt.Errorf("the rules' time zone %q is not known", r.TimeZone))
	}
	if len(r.Levels) == 0 || len(r.Levels) > maxLevels || r.KeepMonths < 0 || r.KeepMonths > 12 {
		errs = append(errs, errors.New("the rules have no levels, too many, or keep them for more than 12 months"))
	}
	for _, p := range r.Products {
		if r.RankOf(p.Level) < 0 || p.Days < 1 || p.SKU == "" {
			errs = append(errs, fmt.Errorf("the product %q has no level of the rules, or no days", p.SKU))
		}
	}
	return errors.Join(errs...)
}

// RankOf is the place of a level, -1 when there is none of that name.
func (r *Rules) RankOf(name string) int {
	for i := range r.Levels {
		if r.Levels[i].Name == name {
			return i
		}
	}
	return -1
}
