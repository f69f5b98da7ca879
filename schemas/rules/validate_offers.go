package rules

import "fmt"

// products holds each to the levels.
func (in *inspector) products() {
	if !in.few("products", len(in.rules.Products), maxProducts) {
		return
	}
	seen := map[string]string{}
	for i := range in.rules.Products {
		place, p := fmt.Sprintf("products[%d]", i), &in.rules.Products[i]
		in.word(place+".sku", p.SKU, skuPattern)
		in.once(place+".sku", p.SKU, seen)
		in.within(place+".days", p.Days, 1, maxDays)
		switch rank, known := in.rules.RankOf(p.Level); {
		case p.Level == "":
			in.complain("%s.level: required", place)
		case !known:
			in.complain("%s.level: there is no such level", place)
		case rank == 0:
			in.complain("%s.level: everybody has %s already", place, p.Level)
		}
	}
}

func (in *inspector) coupons() {
	if !in.few("coupons", len(in.rules.Coupons), maxCoupons) {
		return
	}
	seen := map[string]string{}
	for i := range in.rules.Coupons {
		place, c := fmt.Sprintf("coupons[%d]", i), &in.rules.Coupons[i]
		in.word(place+".id", c.ID, skuPattern)
		in.once(place+".id", c.ID, seen)
		in.receivers(place, c)
		in.schedule(place, c)
		in.word(place+".at", c.At, clockPattern)
		in.within(place+".quota", c.Quota, 0, maxQuota)
	}
}

// receivers: a coupon is for a level or for a product.
func (in *inspector) receivers(place string, c *CouponPlan) {
	switch {
	case (c.Level == "") == (c.SKU == ""):
		in.complain("%s: needs either level or sku", place)
	case c.Level != "":
		if _, known := in.rules.RankOf(c.Level); !known {
			in.complain("%s.level: there is no such level", place)
		}
	default:
		for i := range in.rules.Products {
			if in.rules.Products[i].SKU == c.SKU {
				return
			}
		}
		in.complain("%s.sku: there is no such product", place)
	}
}

func (in *inspector) schedule(place string, c *CouponPlan) {
	switch c.Every {
	case EveryMonth:
		in.within(place+".day", c.Day, 1, 31)
	case EveryWeek:
		in.within(place+".day", c.Day, 1, 7)
	case EveryDay:
		in.within(place+".day", c.Day, 0, 0)
	default:
		in.complain("%s.every: not one of month, week, day", place)
	}
}
