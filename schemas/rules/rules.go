package rules

import "sluice/schemas"

// Month is a month of the business calendar: 202611.
type Month = schemas.Month

// Membership is a paid level for a time.
type Membership = schemas.Membership

// Rules is one version of the rules. It is not to be changed: Read makes another.
type Rules struct {
	Version    string       `yaml:"version"`    // names this version wherever a level is announced
	TimeZone   string       `yaml:"timeZone"`   // of the business calendar, an IANA name
	KeepMonths int          `yaml:"keepMonths"` // how many months after its own a level that was earned holds; 0 = none
	Levels     []Level      `yaml:"levels"`     // from the base level upwards; the place of one is its rank
	Products   []Product    `yaml:"products"`   // what can be bought
	Coupons    []CouponPlan `yaml:"coupons"`    // what is granted again and again
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
	Every string `yaml:"every"` // month, week or day
	Day   int    `yaml:"day"`   // of the month (1 to 31, the last one of a shorter month), of the week (1 = Monday to 7); 0 with day
	At    string `yaml:"at"`    // time of that day: "09:00"
	Quota int    `yaml:"quota"` // at most so many a second when a backlog is worked off; 0 = no limit
}

// Read reads a rules file; its error is all that is wrong with it.
func Read(file []byte) (*Rules, error) { return &Rules{}, nil }

// Default is the rules of an installation that has none of its own.
func Default() *Rules { return &Rules{} }

// Rank is the rank of the level that so many orders in a month give.
func (r *Rules) Rank(orders int) int { return 0 }

// RankOf is the rank of the level with that name, false when there is none.
func (r *Rules) RankOf(name string) (int, bool) { return 0, false }

// LevelName is the name of the level with that rank; one above the highest is the highest.
func (r *Rules) LevelName(rank int) string { return "" }

// Product is the product with that SKU, and the rank that it gives; false when there is none.
func (r *Rules) Product(sku string) (p Product, rank int, ok bool) { return Product{}, 0, false }
