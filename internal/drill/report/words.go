package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// grouped writes a whole number with a comma before each third digit from its end.
func grouped(n float64) string {
	text := strconv.FormatFloat(n, 'f', 0, 64)
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "−", text[1:]
	}
	var parts []string
	for len(text) > 3 {
		parts = append([]string{text[len(text)-3:]}, parts...)
		text = text[:len(text)-3]
	}
	return sign + strings.Join(append([]string{text}, parts...), ",")
}

// short writes a number in at most five signs.
func short(n float64) string {
	scaled := func(unit float64, digits int, letter string) string {
		return strings.TrimSuffix(strconv.FormatFloat(n/unit, 'f', digits, 64), ".0") + letter
	}
	switch {
	case n >= 1e7:
		return scaled(1e6, 0, "M")
	case n >= 1e6:
		return scaled(1e6, 1, "M")
	case n >= 1e5:
		return scaled(1e3, 0, "k")
	case n >= 1e4:
		return scaled(1e3, 1, "k")
	default:
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
}

// lasting writes a time span in the unit that suits it.
func lasting(d time.Duration) string {
	switch {
	case d < 0:
		return "–"
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	}
}

// seconds writes s that may never have come.
func seconds(s float64) string {
	if s < 0 {
		return "never"
	}
	return lasting(time.Duration(s * float64(time.Second)))
}

// clock writes s since a beginning as on a stopwatch.
func clock(s float64) string {
	whole := int(s + 0.5)
	if whole >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", whole/3600, whole/60%60, whole%60)
	}
	return fmt.Sprintf("%d:%02d", whole/60, whole%60)
}

// counted writes a number and its noun.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(float64(n)) + " " + many
}

// figure is the number by which an assertion's detail begins to count, in few signs; "" when there is none.
func figure(detail string) string {
	found := regexp.MustCompile(`\b(\d+)( ms)?\b`).FindStringSubmatch(detail)
	if found == nil {
		return ""
	}
	n, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		return ""
	}
	return short(n) + found[2]
}

// faults is how many offenders an assertion counted.
func faults(a *Assertion) int {
	if a.State != stateFails {
		return 0
	}
	n, err := strconv.Atoi(regexp.MustCompile(`^\d+`).FindString(a.Detail))
	if err != nil {
		return 1
	}
	return n
}
