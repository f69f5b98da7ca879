package sinkstest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// Drivers looks up drivers; the query API declares the same.
type Drivers interface {
	Nearby(ctx context.Context, q schemas.NearbyQuery) ([]schemas.Near, error)
	Driver(ctx context.Context, id string) (schemas.Position, error)
	Track(ctx context.Context, q schemas.TrackQuery) (schemas.Track, error)
}

// Area reads the positions of a box.
type Area interface {
	Within(ctx context.Context, q schemas.WithinQuery) ([]schemas.Position, error)
}

// Fleet is a place of drivers under test, empty when it is handed over: its reads see what its sink has written.
type Fleet struct {
	Sink    pipelines.Sink
	Drivers Drivers
	Area    Area

	// Refresh makes searches see everything written.
	Refresh func(t *testing.T)
	// Reopen closes everything and opens the same store again; nil when it cannot be closed.
	Reopen func(t *testing.T) Fleet
}

// TestDrivers runs the suite of reads; open hands over an empty fleet and clears up with
// t.Cleanup.
func TestDrivers(t *testing.T, open func(t *testing.T) Fleet) {
	for name, check := range map[string]func(*testing.T, Fleet){
		"nearest first, with filters and limits":               nearestFirst,
		"nothing older than the age, nothing offline":          freshOnly,
		"nearby equals brute force all over the world":         nearbyBruteForce,
		"drivers at one place come in the order of ids":        samePlace,
		"a driver is found at once, or not at all":             oneDriver,
		"a track comes page by page, in order":                 trackPages,
		"a track is one driver's, whatever dashes are in ids":  trackOfDashes,
		"an answer is bounded, and what it holds is the first": boundedAnswers,
		"a cursor of somebody else is refused":                 badCursors,
		"a box equals brute force across the antimeridian":     withinBruteForce,
		"a box says what changed since":                        withinSince,
		"a box's page is the oldest, oldest first":             withinOldest,
		"who moves is found once, whatever is written":         movingOnce,
		"reads are the same after reopening":                   sameReopened,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

// noon is the moment of the suite.
const noon = int64(1_790_000_000_000)

// ping is a plausible ping of a driver at noon.
func ping(id string, lat, lon float64) schemas.Ping {
	return schemas.Ping{
		DriverID: []byte(id), TS: noon, Lat: lat, Lon: lon, Speed: 3, Heading: 90, Accuracy: 5,
		Status: schemas.StatusIdle, Vehicle: []byte("van"), City: []byte("shanghai"), Seq: 7,
	}
}

// live writes pings as live positions.
func (f *Fleet) live(t *testing.T, pings ...schemas.Ping) {
	t.Helper()
	writes := make([]pipelines.Write, len(pings))
	for i := range pings {
		p := &pings[i]
		writes[i] = pipelines.Write{
			Target: schemas.PositionsIndex, Key: p.DriverID, Version: p.TS, Time: p.TS, Body: schemas.AppendPosition(nil, p, p.TS, 0),
		}
	}
	f.store(t, writes)
}

// history writes pings as points of tracks, with event times so many ms before the device's clock.
func (f *Fleet) history(t *testing.T, early int64, pings ...schemas.Ping) {
	t.Helper()
	writes := make([]pipelines.Write, len(pings))
	for i := range pings {
		p := &pings[i]
		ts := p.TS - early
		writes[i] = pipelines.Write{
			Target: schemas.PingIndex(ts), Key: schemas.PingID(nil, p), Time: ts, Body: schemas.AppendPosition(nil, p, ts, 0),
		}
	}
	f.store(t, writes)
}

func (f *Fleet) store(t *testing.T, writes []pipelines.Write) {
	t.Helper()
	results := make([]pipelines.Result, len(writes))
	if err := f.Sink.Write(t.Context(), writes, results); err != nil {
		t.Fatalf("writing: %v", err)
	}
	for i, r := range results {
		if r.Verdict != pipelines.Stored {
			t.Fatalf("write %d is %v: %s", i, r.Verdict, r.Reason)
		}
	}
	f.Refresh(t)
}

// around asks for what is near a point at noon.
func around(lat, lon, radius float64, limit int) schemas.NearbyQuery {
	return schemas.NearbyQuery{
		Lat: lat, Lon: lon, Radius: radius, Limit: limit, MaxAge: time.Minute, Now: time.UnixMilli(noon),
	}
}

// nearby asks, checks the order, and returns the ids.
func (f *Fleet) nearby(t *testing.T, q schemas.NearbyQuery) []string {
	t.Helper()
	near, err := f.Drivers.Nearby(t.Context(), q)
	if err != nil {
		t.Fatalf("asking nearby: %v", err)
	}
	ids := make([]string, len(near))
	for i := range near {
		ids[i] = near[i].DriverID
		if i > 0 && near[i].Distance < near[i-1].Distance {
			t.Errorf("%s is nearer than %s, and comes after it", ids[i], ids[i-1])
		}
	}
	return ids
}

// same fails the test unless both lists are equal.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
