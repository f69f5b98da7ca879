package gps

import (
	"hash/maphash"

	"sluice/pipelines"
	"sluice/schemas"
)

// Reasons of pings that live drops and history keeps.
const (
	ReasonOutlier = "outlier" // no driver moves so fast
	ReasonUnmoved = "unmoved" // too near the last one written
)

// live keeps one position per driver: the valid ping with the greatest event time. The
// gates only thin out what is written; that the newest wins is the store's doing, by
// version, whatever a lane remembers or has forgotten.
type live struct {
	decoder
	age     pipelines.AgeGate
	outlier outlierGate
	move    moveGate
	drivers drivers
}

// NewLive returns the streams of gps-live, one per lane.
func NewLive(cfg Config) func() pipelines.Stream[Fix] {
	return func() pipelines.Stream[Fix] {
		return &live{
			decoder: decoder{clockAhead: cfg.ClockAhead.Milliseconds()},
			age:     pipelines.AgeGate{MaxAge: cfg.MaxAge},
			outlier: outlierGate{speed: cfg.OutlierSpeed, slack: cfg.OutlierSlack, fixes: cfg.OutlierFixes},
			move:    moveGate{distance: cfg.MoveDistance, heartbeat: cfg.MoveHeartbeat.Milliseconds(), seed: maphash.MakeSeed()},
		}
	}
}

// Gate judges age, then speed, then movement. A ping that is not newer than the driver's
// last one passes: the store knows what to do with it.
func (l *live) Gate(f *Fix, seat pipelines.Seat, now int64) (pipelines.Verdict, string) {
	gated := l.outlier.on() || l.move.on()
	var d *driver
	if gated {
		d = l.drivers.at(seat) // first of all: a new driver's place has to be swept even for a ping that is dropped
	}
	if verdict, reason := l.age.Judge(f.At, now); verdict != pipelines.Unsettled || !gated {
		return verdict, reason
	}
	here := spot{at: f.At, lat: f.Lat, lon: f.Lon, accuracy: f.Accuracy}
	if d.known && here.at <= d.last.at {
		return pipelines.Unsettled, ""
	}
	if l.outlier.on() && !l.outlier.pass(d, here, f.Status) {
		return pipelines.Stale, ReasonOutlier
	}
	if l.move.on() && !l.move.pass(d, here, f) {
		return pipelines.Stale, ReasonUnmoved
	}
	if !l.outlier.on() {
		d.accept(here) // else it has, or has let somebody go offline without believing where
	}
	return pipelines.Unsettled, ""
}

// Identity is the driver, and the version that decides which ping is newer.
func (l *live) Identity(f *Fix) ([]byte, int64) { return f.DriverID, f.At }

// Process writes the driver's document. Offline is a status in it, never a deletion: a
// deleted document's version would be forgotten, and a late ping would bring the ghost back.
func (l *live) Process(f *Fix, arena []byte) ([]byte, pipelines.Write) {
	from := len(arena)
	arena = append(arena, f.DriverID...)
	key := len(arena)
	arena = schemas.AppendPosition(arena, &f.Ping, f.At, f.ReceivedAt)
	return arena, pipelines.Write{
		Target: schemas.PositionsIndex, Key: arena[from:key:key], Version: f.At, Body: arena[key:],
		Time: f.At, Expires: l.age.Expires(f.At), Unknown: f.Unknown,
	}
}
