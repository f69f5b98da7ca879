package city

import (
	"errors"
	"fmt"
	"math"
	"time"

	"sluice/schemas"
)

// Config says what city it is. Zero means the default that each field names.
type Config struct {
	Drivers int    // 0 = 2000
	Seed    uint64 // another seed is another town with other people
	Name    string // the city in each ping. "" = shanghai

	CentreLat, CentreLon float64  // degrees WGS-84. both 0 = 31.23, 121.47
	Radius               float64  // m, of the town. 0 = 6000
	Members              int      // who order rides. 0 = nobody orders
	SKUs                 []string // of levels that members buy; empty = none is bought

	Every time.Duration // between two pings of one driver, whole ms. 0 = 2 s

	WrongClocks float64 // share of the phones whose clock is minutes ahead or behind. 0 = 0.01, below 0 = none
	SendTwice   float64 // share of the phones that send every ping twice. 0 = 0.01, below 0 = none

	BatchRecords int           // pings in one request. 0 = 1000
	QueueBatches int           // batches waiting for the gateway; more drop the oldest. 0 = 64
	Connections  int           // requests under way at once. 0 = 2
	GiveUp       time.Duration // on a batch that the gateway does not take. 0 = 10 s
}

// The bounds of a town: routes must fit into a round, and a phone's data plan is finite.
const (
	minRadius, maxRadius = 2_000, 50_000 // m
	maxDrivers           = 9_999_999     // seven digits
	maxMembers           = 9_999_999     // likewise
	minEvery, maxEvery   = 100 * time.Millisecond, time.Minute
	maxPoleDegrees       = 80 // east and west have no use as metres nearer to a pole
)

func (c Config) withDefaults() Config {
	c.Drivers = or(c.Drivers, 2000)
	c.Name = or(c.Name, "shanghai")
	if c.CentreLat == 0 && c.CentreLon == 0 {
		c.CentreLat, c.CentreLon = 31.23, 121.47
	}
	c.Radius = or(c.Radius, 6000)
	c.Every = or(c.Every, 2*time.Second)
	c.WrongClocks = or(c.WrongClocks, 0.01)
	c.SendTwice = or(c.SendTwice, 0.01)
	c.BatchRecords = or(c.BatchRecords, 1000)
	c.QueueBatches = or(c.QueueBatches, 64)
	c.Connections = or(c.Connections, 2)
	c.GiveUp = or(c.GiveUp, 10*time.Second)
	return c
}

// Validate reports every complaint at once.
func (c Config) Validate() error {
	c = c.withDefaults()
	var complaints []error
	complain := func(ok bool, format string, args ...any) {
		if !ok {
			complaints = append(complaints, fmt.Errorf(format, args...))
		}
	}
	complain(c.Members >= 0 && c.Members <= maxMembers, "city: %d members are outside 0 to %d", c.Members, maxMembers)
	complain(c.Drivers >= 1 && c.Drivers <= maxDrivers, "city: %d drivers are outside 1 to %d", c.Drivers, maxDrivers)
	complain(len(c.Name) <= schemas.MaxTextBytes, "city: a name of %d bytes is longer than %d", len(c.Name), schemas.MaxTextBytes)
	complain(math.Abs(c.CentreLat) <= maxPoleDegrees, "city: latitude %g is outside ±%d", c.CentreLat, maxPoleDegrees)
	complain(math.Abs(c.CentreLon) <= 179, "city: longitude %g is outside ±179", c.CentreLon)
	complain(c.Radius >= minRadius && c.Radius <= maxRadius, "city: a radius of %g m is outside %d to %d", c.Radius, minRadius, maxRadius)
	complain(c.Every >= minEvery && c.Every <= maxEvery && c.Every%time.Millisecond == 0,
		"city: a ping every %s is outside %s to %s, or not in whole ms", c.Every, minEvery, maxEvery)
	complain(c.WrongClocks <= 1, "city: a share of %g wrong clocks is above 1", c.WrongClocks)
	complain(c.SendTwice <= 1, "city: a share of %g phones that send twice is above 1", c.SendTwice)
	complain(c.BatchRecords >= 1 && c.BatchRecords <= 10_000, "city: %d pings a request are outside 1 to 10000", c.BatchRecords)
	complain(c.QueueBatches >= 1 && c.QueueBatches <= 10_000, "city: a queue of %d batches is outside 1 to 10000", c.QueueBatches)
	complain(c.Connections >= 1 && c.Connections <= 100, "city: %d connections are outside 1 to 100", c.Connections)
	complain(c.GiveUp > 0, "city: giving up after %s, must be above 0", c.GiveUp)
	return errors.Join(complaints...)
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
