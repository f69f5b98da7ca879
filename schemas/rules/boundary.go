package rules

import "time"

// A clock that is put back or forward across midnight shows some moments of a day twice, or none: where
// a day begins has to be decided. It begins when clocks show it for good.

// settled is the first moment (s since 1970 UTC) from which on clocks of a place show that wall time or a
// later one. wall is the wall time as seconds since 1970, as if it were UTC. A wall time that is jumped
// over is the moment of the jump; of one that comes twice it is the second, unless clocks are put back to
// that very time: then they never show an earlier one again.
func settled(place *time.Location, wall int64) int64 {
	const surelyAfter = 26 * time.Hour // no clock is further from UTC than 14 hours
	at := time.Unix(wall, 0).Add(surelyAfter).In(place)
	for {
		_, offset := at.Zone()
		moment := wall - int64(offset)
		since, _ := at.ZoneBounds() // the year 1 when clocks never changed before
		if moment > since.Unix() {
			return moment
		}
		before := since.Add(-time.Second)
		_, was := before.Zone()
		if since.Unix()+int64(was) < wall { // until then clocks had not shown it, and then they showed more
			return since.Unix()
		}
		at = before
	}
}

// wallTime is a wall time in the form that settled takes. A day behind the end of its month is one of
// the next.
func wallTime(year, month, day, hour, minute int) int64 {
	return time.Date(year, time.Month(month), day, hour, minute, 0, 0, time.UTC).Unix()
}
