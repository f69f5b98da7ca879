package sinkstest

import (
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

func storedReopened(t *testing.T, s Subject) {
	skipUnless(t, s.Reopen != nil)
	wants(t, s.write(t, s.versioned("a", 5), s.create("x", 1)), pipelines.Stored, pipelines.Stored)
	for range 2 {
		s = s.Reopen(t)
		s.holds(t, s.Versioned, "a", 5)
		s.holds(t, s.Created, "x", 1)
		got := s.write(t, s.versioned("a", 4), s.versioned("a", 5), s.create("x", 2))
		wants(t, got, pipelines.Stale, pipelines.Stale, pipelines.Duplicate)
	}
	wants(t, s.write(t, s.versioned("a", 6), s.create("y", 2)), pipelines.Stored, pipelines.Stored)
	s.holds(t, s.Versioned, "a", 6)
	s.holds(t, s.Created, "y", 2)
}

func sameReopened(t *testing.T, f Fleet) {
	skipUnless(t, f.Reopen != nil)
	near, far, gone := ping("near", 31.2301, 121.47), ping("far", 31.2309, 121.47), ping("gone", 31.23, 121.47)
	gone.Status = schemas.StatusOffline
	older := near
	older.TS, older.Lat = noon-1, 31.24
	pings, want := journey("d1", 30)
	f.live(t, near, far, gone)
	f.history(t, 0, pings...)
	f = f.Reopen(t)

	results := make([]pipelines.Result, 1)
	err := f.Sink.Write(t.Context(), []pipelines.Write{{
		Target: schemas.PositionsIndex, Key: older.DriverID, Version: older.TS, Time: older.TS, Body: schemas.AppendPosition(nil, &older, older.TS, 0),
	}}, results)
	if err != nil || results[0].Verdict != pipelines.Stale {
		t.Errorf("an older position after reopening is %v, %v", results[0], err)
	}
	same(t, "nearby", f.nearby(t, around(31.23, 121.47, 3000, 20)), []string{"near", "far"})
	q := schemas.TrackQuery{DriverID: "d1", From: noon - 86_400_000, To: noon + 86_400_000, Limit: 7}
	same(t, "the track", f.track(t, q), want)
	if got, err := f.Drivers.Driver(t.Context(), "gone"); err != nil || got.Status != "offline" || *got.Seq != 7 {
		t.Errorf("a driver after reopening is %+v, %v", got, err)
	}
}
