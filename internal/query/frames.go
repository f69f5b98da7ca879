package query

import (
	"encoding/json"
	"fmt"
	"strconv"

	"sluice/schemas"
)

// poll is what one look at a box has found, shared by all who watch it and never changed.
type poll struct {
	at     int64 // when, ms since 1970 UTC: the id of its events
	since  int64 // it holds every position searchable then with event time at or after this
	cut    bool  // there were more,
	next   int64 // from this event time on
	events []event
	levels bool // these are changes of level, and not the positions of a box
}

// event is one position, encoded once for all who watch.
type event struct {
	driver string
	ts     int64
	frame  []byte
}

// encode adds those positions that pass the test.
func (p *poll) encode(found []schemas.Position, pass func(driver string, ts int64) bool) error {
	for i := range found {
		if !pass(found[i].DriverID, found[i].TS) {
			continue
		}
		frame, err := frameOf(p.at, &found[i])
		if err != nil {
			return err
		}
		p.events = append(p.events, event{driver: found[i].DriverID, ts: found[i].TS, frame: frame})
	}
	return nil
}

func frameOf(id int64, at *schemas.Position) ([]byte, error) {
	data, err := json.Marshal(pointOf(at))
	if err != nil {
		return nil, fmt.Errorf("encoding a position: %w", err)
	}
	frame := make([]byte, 0, len(data)+48)
	frame = append(frame, "event: position\nid: "...)
	frame = strconv.AppendInt(frame, id, 10)
	frame = append(frame, "\ndata: "...)
	frame = append(frame, data...)
	return append(frame, "\n\n"...), nil
}

// The other things that a stream says.
const (
	frameHello     = "retry: 2000\n\n"
	frameHeartbeat = ": still here\n\n"
	frameTruncated = "event: truncated\ndata: {\"truncated\":true}\n\n"
)

// sent remembers the newest time sent for each driver, so that the overlap of two polls is
// not sent twice. Over its limit it forgets all: some positions are then sent again, none is left out.
type sent struct {
	newest map[string]int64
	limit  int
}

func newSent(limit int) *sent { return &sent{newest: map[string]int64{}, limit: limit} }

// fresh reports, once, that this position is newer than those before it.
func (s *sent) fresh(driver string, ts int64) bool {
	if last, known := s.newest[driver]; known && ts <= last {
		return false
	}
	if len(s.newest) >= s.limit {
		clear(s.newest)
	}
	s.newest[driver] = ts
	return true
}

// forget drops what no later poll can bring again.
func (s *sent) forget(before int64) {
	for driver, ts := range s.newest {
		if ts < before {
			delete(s.newest, driver)
		}
	}
}
