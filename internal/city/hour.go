package city

import "math"

// hour is the local time of day, 0 to below 24, by the sun: a zone's name needs a database,
// and a town a clock that is right within the hour.
func hour(ms int64, lon float64) float64 {
	h := math.Mod(float64(ms)/3_600_000+lon/15, 24)
	if h < 0 {
		h += 24
	}
	return h
}

// around is 1 at the peak hour and falls to nothing within some hours of it.
func around(h, peak, hours float64) float64 {
	away := math.Abs(h - peak)
	away = min(away, 24-away) / hours
	return math.Exp(-away * away)
}

// traffic is what the hour leaves of a free road's speed: half in the rush hours.
func traffic(h float64) float64 {
	return 1.05 - 0.5*around(h, 8.2, 1.3) - 0.5*around(h, 18.2, 1.6) - 0.15*around(h, 13, 3)
}

// demand is the share of rounds in which a driver has a passenger.
func demand(h float64) float64 {
	return 0.3 + 0.4*around(h, 8.2, 1.5) + 0.4*around(h, 18.5, 2) + 0.15*around(h, 22.5, 1.5)
}

// asleep is the share of rounds in which a driver is offline.
func asleep(h float64) float64 { return 0.05 + 0.4*around(h, 3.5, 2.5) }
