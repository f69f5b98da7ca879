package city

import (
	"fmt"
	"math"
)

// driver is one person with a car and a phone: who they are, and what the phone remembers.
type driver struct {
	n         uint64
	id        []byte
	vehicle   []byte
	row, col  int     // home
	offset    int64   // ms, of the driver's rounds against the clock
	clock     int64   // ms, by which the phone's clock is wrong
	noise     float64 // m, of its receiver
	sendTwice bool

	round  round
	last   int64 // of the pings sent, ms; 0 = none yet
	held   int64 // of the pings kept in a tunnel the first, ms; 0 = none
	goneAs int64 // number of the round in which "offline" was said
}

const (
	clockWrongBy = 5 * 60_000 // ms, at most
	stopReach    = 1200       // m, from home to where a round ends
)

func newDriver(cfg *Config, t *town, i int) driver {
	n := uint64(i) + 1
	c := chanceOf(cfg.Seed, aboutPerson, n, 0)
	d := driver{
		n: n, id: fmt.Appendf(nil, "D%07d", n), vehicle: []byte(vehicle(c.unit())),
		offset: int64(c.within(0, roundMS)), noise: c.within(1.5, 5),
		sendTwice: c.share(cfg.SendTwice), goneAs: -1,
	}
	if c.share(cfg.WrongClocks) {
		d.clock = int64(c.within(-clockWrongBy, clockWrongBy))
	}
	d.row, d.col = t.home(&c, cfg.Radius)
	return d
}

func vehicle(chance float64) string {
	switch {
	case chance < 0.7:
		return "car"
	case chance < 0.9:
		return "van"
	}
	return "truck"
}

// home is a place to stop, more likely near the centre.
func (t *town) home(c *chance, radius float64) (row, col int) {
	half := len(t.stops) / 2
	for {
		sin, cos := math.Sincos(c.within(0, 2*math.Pi))
		away := math.Pow(c.unit(), 0.7) * radius / spacing
		row, col = half+int(math.Round(away*sin)), half+int(math.Round(away*cos))
		if row >= 0 && row < len(t.stops) && col >= 0 && col < len(t.stops) && t.stops[row][col] >= 0 {
			return row, col
		}
	}
}
