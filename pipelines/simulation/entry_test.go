package simulation

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// entry is a record in the topic, with all that must come of it as told by the input alone.
type entry struct {
	*record
	offset int64
	wire   pipelines.Record
	at     int64  // the event time that counts, ms since 1970 UTC
	key    string // of the document that it would become
}

func (w *world) entry(r *record, offset int64) *entry {
	e := &entry{record: r, offset: offset, at: w.ms(r.event)}
	driver := "D" + strconv.Itoa(r.driver)
	e.wire = pipelines.Record{Offset: offset, Time: w.ms(r.stamped), Key: []byte(driver)}
	if r.keyless {
		e.wire.Key = nil
	}
	received, header := e.wire.Time, ""
	switch r.header {
	case "true":
		received = w.ms(r.heard)
		header = strconv.FormatInt(received, 10)
	case "ahead":
		header = strconv.FormatInt(received+w.gps.ClockAhead.Milliseconds()+60_000, 10)
	case "junk":
		header = "x" + strconv.FormatInt(received, 10)
	}
	if r.noise > 0 {
		e.wire.Headers = append(e.wire.Headers, pipelines.Header{Key: "noise", Value: bytes.Repeat([]byte("n"), r.noise)})
	}
	if header != "" {
		e.wire.Headers = append(e.wire.Headers, pipelines.Header{Key: schemas.HeaderReceivedAt, Value: []byte(header)})
	}
	device := e.at
	if device-received > w.gps.ClockAhead.Milliseconds() {
		e.at = received
	}
	seq := ""
	if r.seq >= 0 {
		seq = strconv.Itoa(r.seq)
	}
	e.key = driver
	if w.history {
		e.key = fmt.Sprintf("%s-%d-%s", driver, device, seq)
	}
	e.wire.Value = fmt.Appendf(nil, `{"driverId":"%s","ts":%d,"lat":%.3f,"lon":121.4,"vehicle":"van","city":"u%d"`, driver, device, e.latitude(), r.ping)
	if r.offline {
		e.wire.Value = append(e.wire.Value, `,"status":"offline"`...)
	}
	if r.unknown {
		e.wire.Value = append(e.wire.Value, `,"mood":"fine"`...)
	}
	if seq != "" {
		e.wire.Value = fmt.Appendf(e.wire.Value, `,"seq":%s`, seq)
	}
	if r.kind == undecodable {
		e.wire.Value = fmt.Appendf(e.wire.Value, `,"pad":"%0*d`, r.pad, 0) // and no end
	} else {
		e.wire.Value = append(e.wire.Value, '}')
	}
	return e
}

// expired says whether the age gate may have dropped it by then (ms since 1970 UTC).
func (w *world) expired(e *entry, now int64) bool {
	if w.cfg.AsOfRecord {
		now = e.wire.Time
	}
	limit := w.maxAge().Milliseconds()
	return limit > 0 && now > e.at+limit
}

// version is the one that its document would have.
func (w *world) version(e *entry) int64 {
	if w.history {
		return 0
	}
	return e.at
}

// target is where its document belongs: history has an index a day, of UTC.
func (w *world) target(e *entry) string {
	if w.history {
		return "pings-" + time.UnixMilli(e.at).UTC().Format("2006.01.02")
	}
	return "positions"
}

// latitude is where the driver is, degrees. All drive along one meridian, so that distances need no
// projection.
func (e *entry) latitude() float64 { return 31 + float64(e.driver)/10 + float64(e.jump)/1000 }

// metres is how far apart two records were made.
func (e *entry) metres(other *entry) float64 {
	const perDegree = 6371008.8 * math.Pi / 180
	return math.Abs(e.latitude()-other.latitude()) * perDegree
}

func (e *entry) String() string {
	return fmt.Sprintf("record %d (partition %d, offset %d, driver D%d)", e.uid, e.part, e.offset, e.driver)
}
