package embedded

import (
	"math"

	"sluice/schemas"
)

const (
	radians         = math.Pi / 180
	metresPerDegree = schemas.EarthRadius * radians
)

// box is the cell in degrees. A place is put into a cell by 32 bits a coordinate, so it may be
// a centimetre outside of it: callers allow for slack.
func (c cell) box() schemas.Box {
	const unit = 1.0 / (1 << 32)
	size := 1 / float64(uint64(1)<<c.depth)
	south, west := float64(c.y)*unit*180-90, float64(c.x)*unit*360-180
	return schemas.Box{South: south, West: west, North: south + 180*size, East: west + 360*size}
}

// The slack of a cell's box, by which a bound is too low rather than too high.
const (
	slackMetres  = 0.1
	slackDegrees = 1e-6
)

// metresToBox is at most the distance in m from a point to the nearest of the box (which does not
// cross the antimeridian).
func metresToBox(lat, lon float64, b schemas.Box) float64 {
	if lon >= b.West && lon <= b.East {
		return max(0, b.South-lat, lat-b.North)*metresPerDegree - slackMetres
	}
	// The nearest point is on the nearer of the two meridians that close the box.
	apart := min(turn(b.West-lon), turn(lon-b.East))
	return schemas.Distance(lat, lon, nearestOnMeridian(lat, apart, b.South, b.North), lon+apart) - slackMetres
}

// turn is an angle in degrees brought to 0 until 360.
func turn(angle float64) float64 {
	if angle < 0 {
		return angle + 360
	}
	return angle
}

// nearestOnMeridian is the latitude between south and north, on the meridian so many degrees away, that is
// nearest to a point at lat. The cosine of the distance to latitude x there is a wave with its
// crest at one latitude, beyond a pole when the meridian is more than 90 degrees away.
func nearestOnMeridian(lat, apart, south, north float64) float64 {
	sin, cos := math.Sincos(lat * radians)
	crest := math.Atan2(sin, cos*math.Cos(apart*radians)) / radians
	if crest >= south && crest <= north {
		return crest
	}
	if math.Cos((south-crest)*radians) > math.Cos((north-crest)*radians) {
		return south
	}
	return north
}
