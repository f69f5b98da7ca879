package city

import (
	"math"

	"sluice/schemas"
)

// mostHeld is how many pings a phone keeps while it has no network.
const mostHeld = 600

// report lets a driver's phone send what it has to say at the time at: one ping as a
// rule; none while offline or in a tunnel; behind a tunnel those that it kept, in one burst.
func (d *driver) report(c *City, at int64, b *Batch) {
	if number := d.roundOf(at); number != d.round.number || len(d.round.way) == 0 {
		d.release(c, at, b)
		c.begin(d, number)
		c.order(d)
		d.last = 0 // what was sent in another round cannot be said again
	}
	inTunnel := d.round.on(at) == tunnel
	switch {
	case d.round.offline && !inTunnel && d.goneAs != d.round.number:
		d.goneAs = d.round.number
		d.say(c, at, b)
		return
	case d.round.offline:
		return
	case inTunnel:
		if d.held == 0 {
			d.held = at
		}
		return
	}
	if d.sendTwice && d.last > 0 {
		d.say(c, d.last, b)
	}
	d.release(c, at, b)
	d.say(c, at, b)
	d.last = at
}

// release sends what was kept before the time at.
func (d *driver) release(c *City, at int64, b *Batch) {
	if d.held == 0 {
		return
	}
	every := c.cfg.Every.Milliseconds()
	at = min(at, d.round.began+roundMS)
	for t := max(d.held, at-mostHeld*every); t < at; t += every {
		d.say(c, t, b)
	}
	d.held = 0
}

// leg is the index of the waypoint that the driver was at last.
func (r *round) leg(at int64) (i int, s float64) {
	s = float64(at-r.began) / 1000
	for i = len(r.way) - 2; i > 0 && float64(r.way[i].at) > s; i-- {
	}
	return i, s
}

// on is the class of road that the driver is on.
func (r *round) on(at int64) class {
	i, _ := r.leg(at)
	return r.way[i].class
}

// say adds the ping of a time within the round.
func (d *driver) say(c *City, at int64, b *Batch) {
	where := c.where(&d.round, at)
	noise := chanceOf(c.cfg.Seed, aboutNoise, d.n, uint64(at))
	spread := d.noise
	if where.class == tunnel {
		spread *= 4 // no satellites: the phone reckons
	}
	lat, lon := c.degrees(point{x: where.at.x + spread*noise.bell(), y: where.at.y + spread*noise.bell()})
	ping := schemas.Ping{
		DriverID: d.id, TS: at + d.clock, Lat: lat, Lon: lon,
		Speed: math.Round(where.speed*10) / 10, Heading: where.heading, Accuracy: math.Round(2 * spread),
		Status: d.status(at), Vehicle: d.vehicle, City: c.name, Seq: at / c.cfg.Every.Milliseconds(),
	}
	b.add(&ping)
}

func (d *driver) status(at int64) schemas.Status {
	s := float64(at-d.round.began) / 1000
	switch {
	case d.round.offline:
		return schemas.StatusOffline
	case s >= d.round.busyFrom && s < d.round.busyTo:
		return schemas.StatusBusy
	}
	return schemas.StatusIdle
}

// position is where and how somebody moves.
type position struct {
	at      point
	class   class
	speed   float64 // m/s
	heading float64 // whole degrees clockwise from north; NaN while standing
}

// where is the driver's true position at a time within the round.
func (c *City) where(r *round, at int64) position {
	i, s := r.leg(at)
	from, to := r.way[i], r.way[i+1]
	a, z := c.town.roads.at[from.junction], c.town.roads.at[to.junction]
	took := float64(to.at - from.at)
	if from.junction == to.junction || took <= 0 {
		return position{at: a, class: from.class, heading: math.NaN()}
	}
	part := min(max((s-float64(from.at))/took, 0), 1)
	heading := math.Mod(math.Round(math.Atan2(z.x-a.x, z.y-a.y)*180/math.Pi)+360, 360)
	return position{
		at: point{x: a.x + part*(z.x-a.x), y: a.y + part*(z.y-a.y)}, class: from.class,
		speed: a.to(z) / took, heading: heading,
	}
}

const metresPerDegree = 111_195.0

// degrees are a place's coordinates, WGS-84 to the millionth (11 cm).
func (c *City) degrees(p point) (lat, lon float64) {
	lat = c.cfg.CentreLat + p.y/metresPerDegree
	lon = c.cfg.CentreLon + p.x/(metresPerDegree*math.Cos(c.cfg.CentreLat*math.Pi/180))
	return math.Round(lat*1e6) / 1e6, math.Round(lon*1e6) / 1e6
}
