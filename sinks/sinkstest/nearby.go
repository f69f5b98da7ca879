package sinkstest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sluice/schemas"
)

func nearestFirst(t *testing.T, f Fleet) {
	busy, cab, away := ping("busy", 31.2302, 121.47), ping("cab", 31.2303, 121.47), ping("away", 31.2304, 121.47)
	busy.Status, cab.Vehicle, away.City = schemas.StatusBusy, []byte("cab"), []byte("suzhou")
	bare := schemas.Ping{DriverID: []byte("bare"), TS: noon, Lat: 31.2306, Lon: 121.47, Speed: math.NaN(), Heading: math.NaN(), Accuracy: math.NaN(), Seq: -1}
	f.live(t, ping("third", 31.2309, 121.47), busy, cab, away, ping("first", 31.2301, 121.47), bare, ping("far", 31.30, 121.47))

	here := around(31.23, 121.47, 3000, 20)
	same(t, "all", f.nearby(t, here), []string{"first", "busy", "cab", "away", "bare", "third"})
	q := here
	q.Limit = 2
	same(t, "two", f.nearby(t, q), []string{"first", "busy"})
	q = here
	q.Status = "idle"
	same(t, "idle", f.nearby(t, q), []string{"first", "cab", "away", "third"})
	q = here
	q.Vehicle, q.City = "van", "shanghai"
	same(t, "vans of Shanghai", f.nearby(t, q), []string{"first", "busy", "third"})
	q = here
	q.Radius = 15
	same(t, "within 15 m", f.nearby(t, q), []string{"first"})
	q.Lat = 10
	same(t, "nobody", f.nearby(t, q), []string{})

	near, err := f.Drivers.Nearby(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	if got := near[0]; math.Abs(got.Distance-11.12) > 0.01 || got.Lat != 31.2301 || got.Lon != 121.47 || got.TS != noon || *got.Speed != 3 || *got.Seq != 7 {
		t.Errorf("the nearest is %+v", got)
	}
	if got := near[4]; got.Speed != nil || got.Seq != nil || got.Status != "" {
		t.Errorf("what the ping did not say is made up: %+v", got)
	}
}

func freshOnly(t *testing.T, f Fleet) {
	old, edge, gone := ping("old", 31.23, 121.47), ping("edge", 31.23, 121.47), ping("gone", 31.23, 121.47)
	old.TS, edge.TS, gone.Status = noon-60_001, noon-60_000, schemas.StatusOffline
	f.live(t, old, edge, gone, ping("now", 31.23, 121.47))
	here := around(31.23, 121.47, 100, 20)
	same(t, "within a minute", f.nearby(t, here), []string{"edge", "now"})
	here.MaxAge = 2 * time.Minute
	same(t, "within two minutes", f.nearby(t, here), []string{"edge", "now", "old"})
	here.Status = "offline"
	same(t, "offline, asked for", f.nearby(t, here), []string{"gone"})

	back := gone
	back.TS, back.Status = noon+1, schemas.StatusIdle
	f.live(t, back)
	here.Status, here.MaxAge = "", time.Minute
	same(t, "back again", f.nearby(t, here), []string{"edge", "gone", "now"})
}

func samePlace(t *testing.T, f Fleet) {
	var depot []schemas.Ping
	var want []string
	for i := range 60 {
		id := fmt.Sprintf("d%02d", (i*37)%60)
		depot = append(depot, ping(id, 31.23, 121.47))
		want = append(want, fmt.Sprintf("d%02d", i))
	}
	f.live(t, depot...)
	same(t, "ten of the depot", f.nearby(t, around(31.23, 121.47, 50, 10)), want[:10])
	same(t, "the depot from afar", f.nearby(t, around(31.24, 121.47, 5000, 100)), want)
}

// world is a fleet where it is hard: about the poles, along the antimeridian, in one town,
// and everywhere.
func world(rng *rand.Rand, n int) []schemas.Ping {
	pings := make([]schemas.Ping, n)
	for i := range pings {
		lat, lon := spot(rng, i)
		pings[i] = ping(fmt.Sprintf("w%05d", i), lat, lon)
	}
	return pings
}

func spot(rng *rand.Rand, i int) (lat, lon float64) {
	lon = rng.Float64()*360 - 180
	switch i % 5 {
	case 0:
		return 89.9 + rng.Float64()*0.1, lon
	case 1:
		return -90 + rng.Float64()*0.1, lon
	case 2:
		lon = 180 - rng.Float64()*0.1
		if rng.IntN(2) == 0 {
			lon = -lon
		}
		return rng.Float64() - 17.5, lon
	case 3:
		return 31.2 + rng.NormFloat64()*0.03, 121.4 + rng.NormFloat64()*0.03
	}
	return math.Asin(rng.Float64()*2-1) * 180 / math.Pi, lon
}

func nearbyBruteForce(t *testing.T, f Fleet) {
	rng := rand.New(rand.NewPCG(1, 2))
	pings := world(rng, 4000)
	f.live(t, pings...)
	for i := range 120 {
		lat, lon := spot(rng, i)
		switch i % 20 {
		case 0:
			lat = 90
		case 1:
			lat = -90
		case 2, 7:
			lon = 180
		case 12, 17:
			lon = -180
		}
		radius := math.Pow(10, 1+rng.Float64()*6.3) // 10 m to half the Earth
		q := around(lat, lon, min(radius, 2e7), 1+rng.IntN(40))
		want := bruteForce(pings, q)
		same(t, fmt.Sprintf("%d nearest within %.0f m of %v,%v", q.Limit, q.Radius, lat, lon), f.nearby(t, q), want)
	}
}

func bruteForce(pings []schemas.Ping, q schemas.NearbyQuery) []string {
	type found struct {
		id string
		d  float64
	}
	var all []found
	for i := range pings {
		if d := metres(q.Lat, q.Lon, pings[i].Lat, pings[i].Lon); d <= q.Radius {
			all = append(all, found{string(pings[i].DriverID), d})
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		if a.d < b.d {
			return -1
		}
		return 1
	})
	ids := make([]string, 0, q.Limit)
	for _, one := range all[:min(len(all), q.Limit)] {
		ids = append(ids, one.id)
	}
	return ids
}

// metres is the great-circle distance by vectors: another way than a sink's, exact at every angle.
func metres(lat1, lon1, lat2, lon2 float64) float64 {
	ax, ay, az := onSphere(lat1, lon1)
	bx, by, bz := onSphere(lat2, lon2)
	cx, cy, cz := ay*bz-az*by, az*bx-ax*bz, ax*by-ay*bx
	return 6_371_008.7714 * math.Atan2(math.Sqrt(cx*cx+cy*cy+cz*cz), ax*bx+ay*by+az*bz)
}

func onSphere(lat, lon float64) (x, y, z float64) {
	sinLat, cosLat := math.Sincos(lat * math.Pi / 180)
	sinLon, cosLon := math.Sincos(lon * math.Pi / 180)
	return cosLat * cosLon, cosLat * sinLon, sinLat
}
