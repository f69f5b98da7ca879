package rules

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// The bounds of a rules file.
const (
	maxLevels     = 16
	maxPrivileges = 32
	maxProducts   = 1000
	maxCoupons    = 20_000
	maxOrders     = 1_000_000 // of a level
	maxKeepMonths = 11        // the counts of 13 months are kept
	maxDays       = 3660      // of a product
	maxQuota      = 1_000_000
)

// The patterns of words.
const (
	versionPattern = `^[A-Za-z0-9._-]{1,32}$`
	namePattern    = `^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`
	skuPattern     = `^[A-Za-z0-9._-]{1,64}$`
	clockPattern   = `^([01][0-9]|2[0-3]):[0-5][0-9]$`
)

// inspector gathers complaints.
type inspector struct {
	rules *Rules
	found []error
}

// complaints are all that is wrong with the rules.
func (r *Rules) complaints() []error {
	in := &inspector{rules: r}
	in.word("version", r.Version, versionPattern)
	in.zone()
	in.within("keepMonths", r.KeepMonths, 0, maxKeepMonths)
	in.levels()
	in.products()
	in.coupons()
	return in.found
}

func (in *inspector) complain(format string, args ...any) {
	in.found = append(in.found, fmt.Errorf(format, args...))
}

// word holds a text to a pattern; it says nothing of a text that could be long.
func (in *inspector) word(place, text, pattern string) {
	switch {
	case text == "":
		in.complain("%s: required", place)
	case !regexp.MustCompile(pattern).MatchString(text):
		in.complain("%s: does not match %s", place, pattern)
	}
}

func (in *inspector) within(place string, value, low, high int) {
	if value < low || value > high {
		in.complain("%s: %d is not within %d to %d", place, value, low, high)
	}
}

// once complains of a word that an earlier entry has.
func (in *inspector) once(place, word string, seen map[string]string) {
	if before, twice := seen[word]; twice && word != "" {
		in.complain("%s: %s is taken by %s", place, word, before)
		return
	}
	seen[word] = place
}

func (in *inspector) few(place string, n, limit int) bool {
	if n > limit {
		in.complain("%s: %d are more than %d", place, n, limit)
	}
	return n <= limit
}

func (in *inspector) zone() {
	zone := in.rules.TimeZone
	if zone == "" {
		in.complain("timeZone: required")
		return
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" { // Local is whatever the machine says
		in.complain("timeZone: %s is no time zone of the IANA database", strconv.Quote(zone))
	}
}

func (in *inspector) levels() {
	levels := in.rules.Levels
	if len(levels) == 0 {
		in.complain("levels: required")
	}
	if !in.few("levels", len(levels), maxLevels) {
		return
	}
	names := map[string]string{}
	for i := range levels {
		place, level := fmt.Sprintf("levels[%d]", i), &levels[i]
		in.word(place+".name", level.Name, namePattern)
		in.once(place+".name", level.Name, names)
		in.within(place+".orders", level.Orders, 0, maxOrders)
		switch {
		case i == 0 && level.Orders != 0:
			in.complain("%s.orders: %d is not 0: everybody has the base level", place, level.Orders)
		case i > 0 && level.Orders <= levels[i-1].Orders:
			in.complain("%s.orders: %d is not above the %d of the level before", place, level.Orders, levels[i-1].Orders)
		}
		in.privileges(place+".privileges", level.Privileges)
	}
}

func (in *inspector) privileges(place string, words []string) {
	if !in.few(place, len(words), maxPrivileges) {
		return
	}
	seen := map[string]string{}
	for i, word := range words {
		at := fmt.Sprintf("%s[%d]", place, i)
		in.word(at, word, skuPattern)
		in.once(at, word, seen)
	}
}
