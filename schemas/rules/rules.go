package rules

import (
	"time"

	"sluice/schemas"
)

// Month is a month of the business calendar: 202611.
type Month = schemas.Month

// Membership is a paid level for a time.
type Membership = schemas.Membership

// Rules is one version of the rules. It is not to be changed: Read makes another. It is safe for
// concurrent use.
type Rules struct {
	Version    string       `yaml:"version"`    // names this version wherever a level is announced
	TimeZone   string       `yaml:"timeZone"`   // of the business calendar, an IANA name
	KeepMonths int          `yaml:"keepMonths"` // how many months after its own a level that was earned holds; 0 = none
	Levels     []Level      `yaml:"levels"`     // from the base level upwards; the place of one is its rank
	Products   []Product    `yaml:"products"`   // what can be bought
	Coupons    []CouponPlan `yaml:"coupons"`    // what is granted again and again

	location *time.Location
	starts   []int64        // of the months from firstMonth on, ms
	plans    map[string]int // where in Coupons each is, by id
}

// Level is one level.
type Level struct {
	Name       string   `yaml:"name"`
	Orders     int      `yaml:"orders"`     // completed in a month; 0 for the base level alone
	Privileges []string `yaml:"privileges"` // words for the services that grant them
}

// Product is a level for money.
type Product struct {
	SKU   string `yaml:"sku"`
	Level string `yaml:"level"` // its name
	Days  int    `yaml:"days"`  // of 24 hours, from the purchase
}

// CouponPlan is a coupon that members of a level, or holders of a product, are given again and again.
type CouponPlan struct {
	ID    string `yaml:"id"`
	Level string `yaml:"level"` // this one and those above; "" when it is for a product
	SKU   string `yaml:"sku"`   // "" when it is for a level
	Every string `yaml:"every"` // EveryMonth, EveryWeek or EveryDay
	Day   int    `yaml:"day"`   // of the month (1 to 31, the last one of a shorter month) or week (1 = Monday to 7); 0 with EveryDay
	At    string `yaml:"at"`    // time of that day: "09:00"
	Quota int    `yaml:"quota"` // at most so many a second when a backlog is worked off; 0 = no limit
}

// How often a coupon is granted.
const (
	EveryMonth = "month"
	EveryWeek  = "week"
	EveryDay   = "day"
)

// dayMS is 24 hours, ms.
const dayMS = 24 * 60 * 60 * 1000

// Rank is the rank of the level that so many orders in a month give.
func (r *Rules) Rank(orders int) int {
	for rank := len(r.Levels) - 1; rank > 0; rank-- {
		if orders >= r.Levels[rank].Orders {
			return rank
		}
	}
	return 0
}

// RankOf is the rank of the level with that name, false when there is none.
func (r *Rules) RankOf(name string) (int, bool) {
	for rank := range r.Levels {
		if r.Levels[rank].Name == name {
			return rank, true
		}
	}
	return 0, false
}

// LevelName is the name of the level with that rank; of one above the highest it is the highest, since a
// membership may be older than these rules.
func (r *Rules) LevelName(rank int) string { return r.Levels[r.capped(rank)].Name }

// capped is a rank that these rules have.
func (r *Rules) capped(rank int) int { return max(0, min(rank, len(r.Levels)-1)) }

// Product is the product with that SKU and the rank that it gives, false when there is none.
func (r *Rules) Product(sku string) (p Product, rank int, ok bool) {
	for i := range r.Products {
		if r.Products[i].SKU == sku {
			rank, ok = r.RankOf(r.Products[i].Level)
			return r.Products[i], rank, ok
		}
	}
	return Product{}, 0, false
}

// Until is when what was bought at a moment (ms) ends, ms, exclusive.
func (p *Product) Until(from int64) int64 { return from + int64(p.Days)*dayMS }

// Plan is the coupon plan with that id, nil when there is none. It is found without a search: a coupon asks for its plan, and
// there may be tens of thousands.
func (r *Rules) Plan(id string) *CouponPlan {
	at, known := r.plans[id]
	if !known {
		return nil
	}
	return &r.Coupons[at]
}
