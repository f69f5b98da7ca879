package redis

import (
	"fmt"
	"hash/crc32"
	"strconv"

	"sluice/schemas"
)

// keptMonths is how many months before the present one still take events.
const keptMonths = 13

// ruleArgs are the arguments that tell a script the rules: those that do not follow from the present.
type ruleArgs struct {
	cfg  *Config
	head []any // ruleset to the last level
}

func newRuleArgs(cfg *Config) ruleArgs {
	r := cfg.Rules
	summary := crc32.NewIEEE()
	fmt.Fprintf(summary, "%q %q %d", r.Version, r.TimeZone, r.KeepMonths) //nolint:errcheck // a hash takes everything
	for i := range r.Levels {
		fmt.Fprintf(summary, " %q %d", r.Levels[i].Name, r.Levels[i].Orders) //nolint:errcheck // as above
	}
	head := []any{r.Version, strconv.FormatUint(uint64(summary.Sum32()), 10), schemas.MaxHistory, cfg.MaxOutbox, len(r.Levels)}
	for i := range r.Levels {
		head = append(head, r.Levels[i].Name, strconv.Itoa(r.Levels[i].Orders))
	}
	return ruleArgs{cfg: cfg, head: head}
}

// append appends the rules as they are at a moment, ms.
func (a ruleArgs) append(args []any, now int64) []any {
	r := a.cfg.Rules
	month := r.Month(now)
	args = append(args, strconv.FormatInt(now, 10), strconv.Itoa(monthNumber(month)), strconv.Itoa(r.KeepMonths))
	args = append(args, a.head...)
	for ahead := range r.KeepMonths + 1 {
		args = append(args, strconv.FormatInt(r.Start(month.Add(ahead+1)), 10))
	}
	return args
}

// monthNumber counts months since the year 0: scripts add and subtract them.
func monthNumber(m schemas.Month) int { return m.Year()*12 + m.Number() - 1 }

// window is which months take events at a moment.
type window struct {
	first, last schemas.Month
	start, end  int64 // of first, and behind last, ms
}

func (a ruleArgs) window(now int64) window {
	month := a.cfg.Rules.Month(now)
	first := month.Add(-keptMonths)
	return window{first: first, last: month.Add(1), start: a.cfg.Rules.Start(first), end: a.cfg.Rules.Start(month.Add(2))}
}
