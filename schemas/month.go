package schemas

import (
	"fmt"
	"strconv"
)

// Month is a month of the business calendar as its decimal digits say it: 202611 is November 2026.
// Which moments it holds is a matter of the rules' time zone.
type Month int32

// MonthOf is that month; number is 1 to 12.
func MonthOf(year, number int) Month { return Month(year*100 + number) }

// Year is its year.
func (m Month) Year() int { return int(m) / 100 }

// Number is 1 to 12.
func (m Month) Number() int { return int(m) % 100 }

// Valid says whether it is a month of the years 1 to 9999.
func (m Month) Valid() bool { return m >= 101 && m <= 999912 && m.Number() >= 1 && m.Number() <= 12 }

// Add is the month n months later, or earlier when n is below 0.
func (m Month) Add(n int) Month {
	months := m.Year()*12 + m.Number() - 1 + n
	return MonthOf(months/12, months%12+1)
}

// String is the form of the wire: 2026-11.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year(), m.Number()) }

// ParseMonth reads what String writes.
func ParseMonth(text string) (Month, error) {
	if len(text) == len("2026-11") && text[4] == '-' {
		year, errYear := strconv.ParseUint(text[:4], 10, 16)
		number, errNumber := strconv.ParseUint(text[5:], 10, 8)
		if m := MonthOf(int(year), int(number)); errYear == nil && errNumber == nil && m.Valid() {
			return m, nil
		}
	}
	return 0, fmt.Errorf("reading a month: want 2026-11")
}
