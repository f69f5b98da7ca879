package schemas

import "time"

// Index names, before the configured prefix.
const (
	PositionsIndex = "positions" // one document per driver
	PingsAlias     = "pings"     // reads over all day indices
	pingsPrefix    = "pings-"    // then the UTC day, YYYY.MM.DD
)

// LevelsTarget is the target of what happens to members' levels: their state, which is no index.
const LevelsTarget = "levels"

const dayMS = 24 * 60 * 60 * 1000

// PingIndex is the index of history for an event time in ms: pings-YYYY.MM.DD of its UTC
// day. It allocates; a hot path keeps a DayIndex.
func PingIndex(ts int64) string {
	return pingsPrefix + time.UnixMilli(ts).UTC().Format("2006.01.02")
}

// rememberedDays is how many days a DayIndex keeps: today, around midnight yesterday, and
// a few of a late phone or a replay.
const rememberedDays = 8

// DayIndex gives the names of day indices and remembers the last few. The zero value is
// ready. It is for one goroutine.
type DayIndex struct {
	days  [rememberedDays]int64 // day number + 1, 0 = empty
	names [rememberedDays]string
}

// Name is PingIndex(ts).
func (d *DayIndex) Name(ts int64) string {
	day := ts / dayMS
	if ts%dayMS < 0 {
		day--
	}
	slot := uint64(day) % rememberedDays
	if d.days[slot] != day+1 || d.names[slot] == "" {
		d.days[slot], d.names[slot] = day+1, PingIndex(ts)
	}
	return d.names[slot]
}
