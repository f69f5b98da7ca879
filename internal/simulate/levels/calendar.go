package levels

import (
	"fmt"
	"time"
)

// calendar is the business zone's.
type calendar struct{ zone *time.Location }

// month is a number of months since the year 0.
type month int

func (m month) String() string { return fmt.Sprintf("%04d-%02d", int(m)/12, int(m)%12+1) }

// of is the month of a moment, ms.
func (c calendar) of(ms int64) month {
	year, number, _ := time.UnixMilli(ms).In(c.zone).Date()
	return month(year*12 + int(number) - 1)
}

// start is when a month begins, ms.
func (c calendar) start(m month) int64 {
	return time.Date(int(m)/12, time.Month(int(m)%12+1), 1, 0, 0, 0, 0, c.zone).UnixMilli()
}

// date is the day of a moment.
func (c calendar) date(ms int64) string { return time.UnixMilli(ms).In(c.zone).Format(time.DateOnly) }

// turns are the beginnings of months behind one moment, up to another.
func (c calendar) turns(after, until int64) (starts []int64) {
	for m := c.of(after) + 1; c.start(m) <= until; m++ {
		starts = append(starts, c.start(m))
	}
	return starts
}
