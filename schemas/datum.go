package schemas

import "math"

// ToWGS84 converts a position from datum to WGS-84, degrees; the result is exact to 1e-9
// degrees (0.1 mm). Only positions in mainland China move: abroad, and in Hong Kong, Macau
// and Taiwan, maps and locating services of either datum answer in plain WGS-84, Baidu's
// BD-09 as well. A position abroad that is nearer to the border than the shift (0.5 km,
// BD-09 1.4 km) cannot be told from one in China: it is taken for the latter.
func ToWGS84(datum Datum, lat, lon float64) (wgsLat, wgsLon float64) {
	if datum == WGS84 || !nearChina(lat, lon) {
		return lat, lon
	}
	wgsLat, wgsLon = invert(datum, lat, lon)
	if !InChina(wgsLat, wgsLon) {
		return lat, lon
	}
	return wgsLat, wgsLon
}

const (
	invertedTo   = 1e-8 // degrees that the last step moved; what it leaves is below 1e-9
	invertRounds = 12   // each leaves about a 200th of the error: 3 or 4 do
)

// invert finds the WGS-84 position that the datum shifts to lat, lon. The shift changes
// slowly from place to place, so taking off what is left over converges fast.
func invert(datum Datum, lat, lon float64) (wgsLat, wgsLon float64) {
	wgsLat, wgsLon = lat, lon
	for range invertRounds {
		gotLat, gotLon := shifted(datum, wgsLat, wgsLon)
		offLat, offLon := lat-gotLat, lon-gotLon
		wgsLat, wgsLon = wgsLat+offLat, wgsLon+offLon
		if math.Abs(offLat) < invertedTo && math.Abs(offLon) < invertedTo {
			break
		}
	}
	return wgsLat, wgsLon
}

// shifted is a WGS-84 position as a datum shows it.
func shifted(datum Datum, lat, lon float64) (shiftedLat, shiftedLon float64) {
	lat, lon = shiftGCJ(lat, lon)
	if datum == BD09 {
		return shiftBD(lat, lon)
	}
	return lat, lon
}

// The ellipsoid of GCJ-02: Krasovsky 1940.
const (
	krasovskyAxis         = 6378245.0 // m
	krasovskyEccentricity = 0.00669342162296594323
)

// shiftGCJ turns WGS-84 into GCJ-02, by the formula that became public in 2010.
func shiftGCJ(lat, lon float64) (gcjLat, gcjLon float64) {
	const pi = math.Pi
	x, y := lon-105, lat-35
	root := math.Sqrt(math.Abs(x))
	// The formula's sines of 1, 2 and 6 times πx follow from those of πx/3.
	sinX3, cosX3 := math.Sincos(pi / 3 * x)
	sinX, cosX := triple(sinX3), -triple(cosX3)
	sin2X := 2 * sinX * cosX
	sinY3 := math.Sin(pi / 3 * y)
	wave := (20*triple(sin2X) + 20*sin2X) * 2 / 3
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + wave +
		(20*triple(sinY3)+40*sinY3)*2/3 +
		(160*math.Sin(pi/12*y)+320*math.Sin(pi/30*y))*2/3
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + wave +
		(20*sinX+40*sinX3)*2/3 +
		(150*math.Sin(pi/12*x)+300*math.Sin(pi/30*x))*2/3
	sin, cos := math.Sincos(lat * pi / 180)
	magic := 1 - krasovskyEccentricity*sin*sin
	axis := krasovskyAxis / math.Sqrt(magic)
	meridian := axis * (1 - krasovskyEccentricity) / magic
	return lat + north*180/(pi*meridian), lon + east*180/(pi*axis*cos)
}

// triple is the sine of three times an angle; of a cosine it is the negative.
func triple(sine float64) float64 { return sine * (3 - 4*sine*sine) }

// shiftBD turns GCJ-02 into BD-09.
func shiftBD(lat, lon float64) (bdLat, bdLon float64) {
	const turn = math.Pi * 3000 / 180
	radius := math.Hypot(lon, lat) + 0.00002*math.Sin(lat*turn)
	angle := math.Atan2(lat, lon) + 0.000003*math.Cos(lon*turn)
	sin, cos := math.Sincos(angle)
	return radius*sin + 0.006, radius*cos + 0.0065
}
