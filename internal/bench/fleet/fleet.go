// Package fleet makes the pings of a plausible city for benchmarks: drivers who move at
// street speed, report about once a second, and stay inside a square around Shanghai.
package fleet

import (
	"math"
	"math/rand/v2"
	"strconv"
)

// The city: a square, degrees WGS-84.
const (
	CentreLat = 31.23
	CentreLon = 121.47
	halfSide  = 0.25 // degrees, about 25 km
)

const metresPerDegree = 111_195.0

// Fleet is a set of drivers; Ping moves one of them. Two goroutines may move two drivers
// at once, but not the same one.
type Fleet struct {
	drivers []driver
}

type driver struct {
	lat, lon float64
	heading  float64 // degrees clockwise from north
	speed    float64 // m/s
	ts       int64   // of the last ping, ms; 0 before the first
	seq      int64
	busy     bool
}

// New places n drivers at random; one seed gives one fleet.
func New(n int, seed uint64) *Fleet {
	rnd := rand.New(rand.NewPCG(seed, 0x5157)) // plausible, not secret
	f := &Fleet{drivers: make([]driver, n)}
	for i := range f.drivers {
		f.drivers[i] = driver{
			lat:     CentreLat + (rnd.Float64()*2-1)*halfSide,
			lon:     CentreLon + (rnd.Float64()*2-1)*halfSide,
			heading: float64(rnd.IntN(360)),
			speed:   3 + rnd.Float64()*12,
			busy:    rnd.IntN(3) == 0,
		}
	}
	return f
}

// Size is the number of drivers.
func (f *Fleet) Size() int { return len(f.drivers) }

// Key appends the id of driver i.
func (f *Fleet) Key(dst []byte, i int) []byte {
	dst = append(dst, 'D')
	return padded(dst, int64(i), 7)
}

// Ping moves driver i to where it is at ts (ms since 1970 UTC) and appends its ping as
// JSON, 118 to 150 bytes.
func (f *Fleet) Ping(dst []byte, i int, ts int64) []byte {
	d := &f.drivers[i]
	d.move(ts)
	dst = append(dst, `{"driverId":"`...)
	dst = f.Key(dst, i)
	dst = append(dst, `","ts":`...)
	dst = strconv.AppendInt(dst, ts, 10)
	dst = d.appendRest(dst)
	d.seq++
	return dst
}

// Probe appends the ping of a driver that reports once, under an id of the caller's.
func Probe(dst, id []byte, ts int64) []byte {
	d := driver{lat: CentreLat, lon: CentreLon, heading: 90, speed: 5}
	dst = append(dst, `{"driverId":"`...)
	dst = append(dst, id...)
	dst = append(dst, `","ts":`...)
	dst = strconv.AppendInt(dst, ts, 10)
	return d.appendRest(dst)
}

func (d *driver) move(ts int64) {
	if d.ts != 0 && ts > d.ts {
		way := d.speed * float64(ts-d.ts) / 1000 / metresPerDegree
		sin, cos := math.Sincos(d.heading * math.Pi / 180)
		d.lat += way * cos
		d.lon += way * sin / 0.855 // cos of the city's latitude
		if math.Abs(d.lat-CentreLat) > halfSide || math.Abs(d.lon-CentreLon) > halfSide {
			d.heading = math.Mod(d.heading+180, 360)
		}
	}
	d.ts = ts
}

func (d *driver) appendRest(dst []byte) []byte {
	dst = append(dst, `,"lat":`...)
	dst = fixed(dst, d.lat, 1e6, 6)
	dst = append(dst, `,"lon":`...)
	dst = fixed(dst, d.lon, 1e6, 6)
	dst = append(dst, `,"speed":`...)
	dst = fixed(dst, d.speed, 10, 1)
	dst = append(dst, `,"heading":`...)
	dst = strconv.AppendInt(dst, int64(d.heading), 10)
	if d.busy {
		dst = append(dst, `,"status":"busy","vehicle":"van","seq":`...)
	} else {
		dst = append(dst, `,"status":"idle","vehicle":"van","seq":`...)
	}
	dst = strconv.AppendInt(dst, d.seq, 10)
	return append(dst, '}')
}

// fixed appends v with that many decimals, v*scale being its integer form; v is positive.
func fixed(dst []byte, v, scale float64, decimals int) []byte {
	whole := int64(math.Round(v * scale))
	unit := int64(scale)
	dst = strconv.AppendInt(dst, whole/unit, 10)
	dst = append(dst, '.')
	return padded(dst, whole%unit, decimals)
}

// padded appends v, not negative, with leading zeros up to width.
func padded(dst []byte, v int64, width int) []byte {
	limit := int64(1)
	for range width - 1 {
		limit *= 10
	}
	for limit > 1 && v < limit {
		dst = append(dst, '0')
		limit /= 10
	}
	return strconv.AppendInt(dst, v, 10)
}
