package sinkstest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"sluice/schemas"
)

func oneDriver(t *testing.T, f Fleet) {
	odd := ping(`D/0 "1"?#%2F司机`, 31.23, 121.47)
	old := ping("old", 31.23, 121.47)
	old.TS = noon - 1e9
	f.live(t, odd, old)
	for _, p := range []schemas.Ping{odd, old} {
		got, err := f.Drivers.Driver(t.Context(), string(p.DriverID))
		if err != nil || got.DriverID != string(p.DriverID) || got.TS != p.TS || got.Lat != p.Lat || got.Status != "idle" {
			t.Errorf("driver %q is %+v, %v", p.DriverID, got, err)
		}
	}
	for _, id := range []string{"nobody", "", "D", "*", string(make([]byte, 600))} {
		if _, err := f.Drivers.Driver(t.Context(), id); !errors.Is(err, schemas.ErrNotFound) {
			t.Errorf("driver %q: %v, want not found", id, err)
		}
	}
}

// journey is a driver's pings over two days, some in the same ms, in any order of arrival.
func journey(id string, n int) (pings []schemas.Ping, inOrder []string) {
	for i := range n {
		p := ping(id, 31.23, 121.47+float64(i)/1e4)
		p.TS = noon - 12*3600_000 + int64(i/3)*600_000
		p.Seq = int64(i)
		if i%3 == 0 {
			p.Seq = -1
		}
		pings = append(pings, p)
		inOrder = append(inOrder, place(p.TS, p.Lon))
	}
	rand.New(rand.NewPCG(3, 4)).Shuffle(n, func(i, j int) { pings[i], pings[j] = pings[j], pings[i] })
	return pings, inOrder
}

func place(ts int64, lon float64) string { return fmt.Sprintf("%d@%.4f", ts-noon, lon) }

// track reads all pages.
func (f *Fleet) track(t *testing.T, q schemas.TrackQuery) []string {
	t.Helper()
	points := []string{}
	for {
		page, err := f.Drivers.Track(t.Context(), q)
		if err != nil {
			t.Fatalf("reading track: %v", err)
		}
		for _, p := range page.Points {
			if p.DriverID != q.DriverID {
				t.Errorf("a point of %s in the track of %s", p.DriverID, q.DriverID)
			}
			points = append(points, place(p.TS, p.Lon))
		}
		if len(page.Points) > q.Limit || (page.Next != "" && len(page.Points) < q.Limit) {
			t.Fatalf("a page of %d points with a limit of %d", len(page.Points), q.Limit)
		}
		if page.Next == "" {
			return points
		}
		q.Cursor = page.Next
	}
}

func trackPages(t *testing.T, f Fleet) {
	q := schemas.TrackQuery{DriverID: "d1", From: noon - 86_400_000, To: noon + 86_400_000, Limit: 100}
	same(t, "before any ping", f.track(t, q), []string{})

	pings, want := journey("d1", 100)
	other, _ := journey("d2", 30)
	f.history(t, 0, pings...)
	f.history(t, 0, other...)
	for _, limit := range []int{1, 7, 50, 99, 100, 101, 1000} {
		q.Limit = limit
		same(t, fmt.Sprint("pages of ", limit), f.track(t, q), want)
	}
	q.From, q.To = pings[0].TS, pings[0].TS
	same(t, "an empty time", f.track(t, q), []string{})
	q.From, q.To = noon-12*3600_000, noon-12*3600_000+600_000
	same(t, "To is exclusive, From is not", f.track(t, q), want[:3])
	q.DriverID = "d3"
	same(t, "nobody's track", f.track(t, q), []string{})

	clamped := ping("d4", 31, 121)
	later := clamped
	later.TS, later.Lon = clamped.TS+5, 122
	f.history(t, 1000, clamped)
	f.history(t, 1005, later)
	q = schemas.TrackQuery{DriverID: "d4", From: noon - 1000, To: noon, Limit: 1}
	same(t, "pings of one moment by the device's clock", f.track(t, q), []string{"-1000@121.0000", "-1000@122.0000"})
}

func badCursors(t *testing.T, f Fleet) {
	pings, _ := journey("d1", 9)
	f.history(t, 0, pings...)
	q := schemas.TrackQuery{DriverID: "d1", From: noon - 86_400_000, To: noon + 86_400_000, Limit: 2}
	page, err := f.Drivers.Track(t.Context(), q)
	if err != nil || page.Next == "" {
		t.Fatalf("no second page: %v", err)
	}
	flipped := []byte(page.Next)
	flipped[len(flipped)/2] ^= 1
	for _, cursor := range []string{"x", "%%%", page.Next + "A", page.Next[1:], string(flipped), "null", "AAAA"} {
		q.Cursor = cursor
		if _, err := f.Drivers.Track(t.Context(), q); !errors.Is(err, schemas.ErrBadCursor) {
			t.Errorf("cursor %q: %v, want a bad cursor", cursor, err)
		}
	}
	q.Cursor, q.From = page.Next, noon
	if _, err := f.Drivers.Track(t.Context(), q); !errors.Is(err, schemas.ErrBadCursor) {
		t.Errorf("a cursor before From: %v, want a bad cursor", err)
	}
}
