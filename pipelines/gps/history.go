package gps

import (
	"sluice/pipelines"
	"sluice/schemas"
)

// history keeps every ping once, whenever it comes: one document per driver, device time
// and seq, in the index of its event day.
type history struct {
	decoder
	age pipelines.AgeGate
	day schemas.DayIndex
}

// NewHistory returns the streams of gps-history, one per lane.
func NewHistory(cfg Config) func() pipelines.Stream[Fix] {
	return func() pipelines.Stream[Fix] {
		return &history{
			decoder: decoder{clockAhead: cfg.ClockAhead.Milliseconds()},
			age:     pipelines.AgeGate{MaxAge: cfg.HistoryMaxAge},
		}
	}
}

// Gate lets pass what is late for live: it is history all the same. Only a ping from before
// the days that are kept is dropped, since it would make an index of its own.
func (h *history) Gate(f *Fix, _ pipelines.Seat, now int64) (pipelines.Verdict, string) {
	return h.age.Judge(f.At, now)
}

// Process writes the ping under its own id; a redelivered one is a Duplicate there.
func (h *history) Process(f *Fix, arena []byte) ([]byte, pipelines.Write) {
	from := len(arena)
	arena = schemas.PingID(arena, &f.Ping)
	key := len(arena)
	arena = schemas.AppendPosition(arena, &f.Ping, f.At, f.ReceivedAt)
	return arena, pipelines.Write{
		Target: h.day.Name(f.At), Key: arena[from:key:key], Body: arena[key:], Time: f.At, Unknown: f.Unknown,
	}
}
