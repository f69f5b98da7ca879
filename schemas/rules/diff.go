package rules

import (
	"slices"
	"strconv"
	"strings"
)

// Change is one difference between two versions of the rules.
type Change struct {
	Place string `json:"place"` // such as levels.gold.orders
	From  string `json:"from"`  // "" = was not there
	To    string `json:"to"`    // "" = is gone
	// Moves says that members may stand elsewhere by it: levels have to be computed anew.
	Moves bool `json:"moves"`
}

// Diff is what differs between two versions, apart from the version itself, in the order of the file.
// Entries are told by their names: another order of products or coupons is no difference.
func Diff(from, to *Rules) []Change {
	was, is := facts(from), facts(to)
	var changes []Change
	for _, f := range was {
		if at := slices.IndexFunc(is, f.samePlace); at < 0 || is[at].value != f.value {
			c := Change{Place: f.place, From: f.value, Moves: f.moves}
			if at >= 0 {
				c.To = is[at].value
			}
			changes = append(changes, c)
		}
	}
	for _, f := range is {
		if !slices.ContainsFunc(was, f.samePlace) {
			changes = append(changes, Change{Place: f.place, To: f.value, Moves: f.moves})
		}
	}
	return changes
}

// fact is one value of the rules.
type fact struct {
	place, value string
	moves        bool
}

func (f fact) samePlace(other fact) bool { return f.place == other.place }

// facts are all values of the rules.
func facts(r *Rules) []fact {
	all := []fact{{"timeZone", r.TimeZone, true}, {"keepMonths", strconv.Itoa(r.KeepMonths), true}}
	for rank, l := range r.Levels {
		place := "levels." + l.Name
		all = append(all, fact{place + ".rank", strconv.Itoa(rank), true}, fact{place + ".orders", strconv.Itoa(l.Orders), true})
		if len(l.Privileges) > 0 {
			all = append(all, fact{place + ".privileges", strings.Join(l.Privileges, " "), false})
		}
	}
	for _, p := range r.Products {
		place := "products." + p.SKU
		all = append(all, fact{place + ".level", p.Level, true}, fact{place + ".days", strconv.Itoa(p.Days), true})
	}
	for _, c := range r.Coupons {
		all = append(all, couponFacts("coupons."+c.ID, c)...)
	}
	return all
}

func couponFacts(place string, c CouponPlan) []fact {
	receivers := fact{place: place + ".level", value: c.Level}
	if c.SKU != "" {
		receivers = fact{place: place + ".sku", value: c.SKU}
	}
	all := []fact{receivers, {place: place + ".every", value: c.Every}}
	if c.Day > 0 {
		all = append(all, fact{place: place + ".day", value: strconv.Itoa(c.Day)})
	}
	return append(all, fact{place: place + ".at", value: c.At}, fact{place: place + ".quota", value: strconv.Itoa(c.Quota)})
}
