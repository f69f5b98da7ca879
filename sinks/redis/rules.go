package redis

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"sluice/schemas"
)

// keptMonths is how many months before the present one still take events.
const keptMonths = 13

// ruleArgs make the argument that tells a script the rules: see lua/rules.lua.
type ruleArgs struct {
	cfg    *Config
	tag    uint32 // tells rules from others
	levels []byte // the ruleset, and all levels
}

func newRuleArgs(cfg *Config) ruleArgs {
	r := cfg.Rules
	summary := crc32.NewIEEE()
	fmt.Fprintf(summary, "%q %q %d", r.Version, r.TimeZone, r.KeepMonths) //nolint:errcheck // a hash takes everything
	for i := range r.Levels {
		fmt.Fprintf(summary, " %q %d", r.Levels[i].Name, r.Levels[i].Orders) //nolint:errcheck // as above
	}
	levels := appendText(nil, r.Version)
	for i := range r.Levels {
		levels = binary.LittleEndian.AppendUint32(levels, uint32(r.Levels[i].Orders)) // counts of orders are small
		levels = appendText(levels, r.Levels[i].Name)
	}
	return ruleArgs{cfg: cfg, tag: summary.Sum32(), levels: levels}
}

// at is the rules as they are at a moment, ms.
func (a ruleArgs) at(now int64) string {
	r := a.cfg.Rules
	month := r.Month(now)
	b := appendDouble(nil, now)
	b = appendShort(b, monthNumber(month))
	b = appendShort(b, r.KeepMonths)
	b = binary.LittleEndian.AppendUint32(b, a.tag)
	b = binary.LittleEndian.AppendUint32(b, schemas.MaxHistory)
	b = binary.LittleEndian.AppendUint32(b, uint32(a.cfg.MaxOutbox)) // see maxOutbox
	b = appendShort(b, len(r.Levels))
	b = append(b, a.levels...)
	for ahead := range r.KeepMonths + 1 {
		b = appendDouble(b, r.Start(month.Add(ahead+1)))
	}
	return string(b)
}

// What struct.unpack reads as I2c0, I2 and d.
func appendText(b []byte, text string) []byte { return append(appendShort(b, len(text)), text...) }

func appendShort(b []byte, n int) []byte {
	return binary.LittleEndian.AppendUint16(b, uint16(n)) // what is told so is small
}

func appendDouble(b []byte, n int64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(n)))
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
