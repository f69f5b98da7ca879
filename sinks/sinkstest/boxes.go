package sinkstest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"sluice/schemas"
)

// within asks and returns the ids, sorted.
func (f *Fleet) within(t *testing.T, q schemas.WithinQuery) []string {
	t.Helper()
	found, err := f.Area.Within(t.Context(), q)
	if err != nil {
		t.Fatalf("asking for a box: %v", err)
	}
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].DriverID
	}
	slices.Sort(ids)
	return ids
}

func withinBruteForce(t *testing.T, f Fleet) {
	rng := rand.New(rand.NewPCG(5, 6))
	pings := world(rng, 2000)
	f.live(t, pings...)
	boxes := []schemas.Box{
		{South: -90, West: -180, North: 90, East: 180},
		{South: -18, West: 179.95, North: -16, East: -179.95},
		{South: -90, West: 10, North: 90, East: 9.99},
		{South: 89.9, West: -180, North: 90, East: 180},
		{South: -90, West: -1, North: -89.95, East: 1},
		{South: 31.2, West: 121.4, North: 31.25, East: 121.45},
		{South: 0, West: -180, North: 50, East: 0},
		{South: -50, West: 0, North: 0, East: 180},
	}
	for i := range 8 { // the corners are drivers: edges belong to the box
		a, b := &pings[rng.IntN(len(pings))], &pings[rng.IntN(len(pings))]
		boxes = append(boxes, schemas.Box{South: min(a.Lat, b.Lat), North: max(a.Lat, b.Lat), West: a.Lon, East: b.Lon})
		if boxes[len(boxes)-1].North-boxes[len(boxes)-1].South < 1e-9 {
			t.Fatalf("box %d is empty", i)
		}
	}
	for _, box := range boxes {
		want := []string{}
		for i := range pings {
			if inBox(box, pings[i].Lat, pings[i].Lon) {
				want = append(want, string(pings[i].DriverID))
			}
		}
		same(t, fmt.Sprintf("%+v", box), f.within(t, schemas.WithinQuery{Box: box, Limit: 5000}), want)
	}
}

// inBox decides by degrees east of the western edge: another way than a sink's.
func inBox(b schemas.Box, lat, lon float64) bool {
	east := func(from, to float64) float64 {
		if to < from {
			return to - from + 360
		}
		return to - from
	}
	return lat >= b.South && lat <= b.North && east(b.West, lon) <= east(b.West, b.East)
}

func withinSince(t *testing.T, f Fleet) {
	var all []schemas.Ping
	for i := range 20 {
		p := ping(fmt.Sprintf("s%02d", i), 31.23, 121.47)
		p.TS = noon + int64(i)
		all = append(all, p)
	}
	all[19].Status = schemas.StatusOffline
	f.live(t, all...)
	box := schemas.Box{South: 31, West: 121, North: 32, East: 122}
	same(t, "since is inclusive, offline is news", f.within(t, schemas.WithinQuery{Box: box, Since: noon + 17, Limit: 10}), []string{"s17", "s18", "s19"})
	same(t, "nothing since", f.within(t, schemas.WithinQuery{Box: box, Since: noon + 20, Limit: 10}), []string{})
	if got := f.within(t, schemas.WithinQuery{Box: box, Limit: 5}); len(got) != 5 {
		t.Errorf("%d positions with a limit of 5", len(got))
	}
}

// withinOldest pages through a box: each page is the oldest of what is left, ties by driver id.
func withinOldest(t *testing.T, f Fleet) {
	var all []schemas.Ping
	var want []string
	for i := range 60 {
		p := ping(fmt.Sprintf("o%02d", i), 31.23+float64(i*7%60)/1000, 121.47)
		p.TS = noon + int64(i/4)
		all, want = append(all, p), append(want, string(p.DriverID))
	}
	rand.New(rand.NewPCG(7, 8)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	f.live(t, all...)
	box := schemas.Box{South: 31, West: 121, North: 32, East: 122}
	for _, limit := range []int{1, 10, 59, 60, 61} {
		found, err := f.Area.Within(t.Context(), schemas.WithinQuery{Box: box, Limit: limit})
		if err != nil {
			t.Fatalf("asking for a box: %v", err)
		}
		got := make([]string, len(found))
		for i := range found {
			got[i] = found[i].DriverID
		}
		same(t, fmt.Sprint("the oldest ", limit), got, want[:min(limit, len(want))])
	}
}
