package schemas

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"sync"
)

//go:embed china.txt
var chinaRings string

// china is built at first use, within 2 ms.
var china = sync.OnceValue(func() *region { return newRegion(chinaRings) }) //nolint:gochecknoglobals // a constant table

// nearChina is a box around the region and the largest shift: a cheap first look.
func nearChina(lat, lon float64) bool {
	return lat > 15 && lat < 54 && lon > 73 && lon < 136
}

// InChina reports whether a WGS-84 position lies in mainland China or its waters: where
// GCJ-02 and BD-09 shift coordinates. Hong Kong, Macau and Taiwan are not in it. Land
// borders are Natural Earth's at 1:10 million, right to 1 or 2 km; the coast is generous.
func InChina(lat, lon float64) bool {
	return nearChina(lat, lon) && china().contains(lat, lon)
}

const (
	regionUnit  = 1000 // steps in a degree in the file
	bandsDegree = 10   // bands of latitude in a degree
	regionSouth = 15   // degrees, the first band's edge
	regionNorth = 54
)

// edge is one side of a ring, degrees; south <= north.
type edge struct{ south, north, lonSouth, slope float64 }

// region is an area bounded by rings, by the even-odd rule, with its edges sorted into
// bands of latitude: a look-up meets only those of one band.
type region struct {
	bands [(regionNorth - regionSouth) * bandsDegree][]edge
}

// contains counts the edges east of the position; lat must lie within the bands.
func (r *region) contains(lat, lon float64) bool {
	inside := false
	for i := range r.bands[band(lat)] {
		e := &r.bands[band(lat)][i]
		if lat >= e.south && lat < e.north && lon < e.lonSouth+(lat-e.south)*e.slope {
			inside = !inside
		}
	}
	return inside
}

func band(lat float64) int { return int((lat - regionSouth) * bandsDegree) }

// newRegion reads rings, one a line: longitude and latitude of the first point and then
// the steps, in units. The text is embedded and tested: a fault in it is a fault of the build.
func newRegion(text string) *region {
	r := &region{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var xs, ys []int
		x, y := 0, 0
		for i, word := range strings.Fields(line) {
			step, err := strconv.Atoi(word)
			if err != nil {
				panic("schemas: china.txt: " + err.Error())
			}
			if i%2 == 0 {
				x += step
				xs = append(xs, x)
				continue
			}
			y += step
			ys = append(ys, y)
		}
		for i := range ys {
			next := (i + 1) % len(ys)
			r.add(degrees(xs[i]), degrees(ys[i]), degrees(xs[next]), degrees(ys[next]))
		}
	}
	return r
}

func degrees(units int) float64 { return float64(units) / regionUnit }

// add puts one side of a ring into the bands that it touches.
func (r *region) add(lon1, lat1, lon2, lat2 float64) {
	if lat1 == lat2 {
		return // no position lies between its ends
	}
	if lat1 > lat2 {
		lon1, lat1, lon2, lat2 = lon2, lat2, lon1, lat1
	}
	e := edge{south: lat1, north: lat2, lonSouth: lon1, slope: (lon2 - lon1) / (lat2 - lat1)}
	for b := band(lat1); b <= band(math.Nextafter(lat2, 0)); b++ {
		r.bands[b] = append(r.bands[b], e)
	}
}
