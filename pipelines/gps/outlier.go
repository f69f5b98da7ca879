package gps

import (
	"math"

	"sluice/schemas"
)

// spot is where a driver was, and when.
type spot struct {
	at       int64 // ms since 1970 UTC
	lat, lon float64
	accuracy float64 // m, NaN when the ping did not say
}

// outlierGate drops a ping that implies an impossible speed since the last accepted one.
// A driver who really is elsewhere (a ferry, a phone switched on after a flight) is believed
// after so many pings in a row that agree with one another: a gate without that would
// lock the driver to the old place for good.
type outlierGate struct {
	speed float64 // m/s, 0 = off
	slack float64 // m
	fixes int
}

func (g *outlierGate) on() bool { return g.speed > 0 }

// pass judges a ping newer than the last accepted one. Going offline always passes, since the
// status matters more than the place, and anchors nothing.
func (g *outlierGate) pass(d *driver, here spot, status schemas.Status) bool {
	if !d.known || g.reachable(d.last, here) {
		d.accept(here)
		return true
	}
	if status == schemas.StatusOffline {
		return true
	}
	if d.agreeing > 0 && here.at > d.candidate.at && g.reachable(d.candidate, here) {
		d.agreeing++
	} else {
		d.agreeing = 1
	}
	d.candidate = here
	if d.agreeing < g.fixes {
		return false
	}
	d.accept(here)
	return true
}

func (g *outlierGate) reachable(from, to spot) bool {
	if (math.Abs(from.lat-to.lat)+math.Abs(from.lon-to.lon))*metresPerDegree <= g.slack {
		return true // nearer than noise, without a cosine: most pings
	}
	seconds := float64(to.at-from.at) / 1000
	return metres(from, to) <= g.speed*seconds+g.slack+known(from.accuracy)+known(to.accuracy)
}

func known(accuracy float64) float64 {
	if math.IsNaN(accuracy) {
		return 0
	}
	return accuracy
}

const (
	earthRadius     = 6371008.8 // mean, m
	metresPerDegree = earthRadius * math.Pi / 180
)

// metres is the distance by the equirectangular projection: within 0.1 % for the few
// kilometres that these gates compare, and an order faster than the great circle.
func metres(a, b spot) float64 {
	const radian = math.Pi / 180
	dlon := math.Abs(a.lon - b.lon)
	if dlon > 180 {
		dlon = 360 - dlon
	}
	x := dlon * radian * math.Cos((a.lat+b.lat)/2*radian)
	y := (a.lat - b.lat) * radian
	return earthRadius * math.Sqrt(x*x+y*y)
}
