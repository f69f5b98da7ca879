package embedded

import (
	"math"
	"unique"

	"sluice/schemas"
)

// driver is one driver's latest position in memory. What readers look at never changes: a
// newer position is another value. Words that many drivers share are kept once, and forgotten
// by themselves when nobody has them any more.
type driver struct {
	id       string
	lat, lon float64
	ts       int64
	version  int64
	speed    float64 // NaN when the ping did not say; likewise the next two
	heading  float64
	accuracy float64
	seq      int64
	status   word
	vehicle  word
	city     word
	hasLat   bool
	hasLon   bool
	hasSeq   bool

	at int32 // its place in a leaf of the tree: the writer's own, no reader looks
}

// word is a text that is kept once; the zero value is none.
type word = unique.Handle[string]

func valueOf(w word) string {
	if w == (word{}) {
		return ""
	}
	return w.Value()
}

// newDriver is a driver of whom nothing is known yet.
func newDriver(id string, version int64) *driver {
	nan := math.NaN()
	return &driver{id: id, version: version, speed: nan, heading: nan, accuracy: nan}
}

// placed reports whether a search by place can find the driver.
func (d *driver) placed() bool { return d.hasLat && d.hasLon }

// position is the driver as the store gives it back.
func (d *driver) position() schemas.Position {
	p := schemas.Position{
		DriverID: d.id, Lat: d.lat, Lon: d.lon, TS: d.ts,
		Speed: orNil(d.speed), Heading: orNil(d.heading), Accuracy: orNil(d.accuracy),
		Status: valueOf(d.status), Vehicle: valueOf(d.vehicle), City: valueOf(d.city),
	}
	if d.hasSeq {
		seq := d.seq
		p.Seq = &seq
	}
	return p
}

func orNil(reading float64) *float64 {
	if math.IsNaN(reading) {
		return nil
	}
	return &reading
}

func (d *driver) setNumber(name []byte, value float64) {
	switch string(name) {
	case "lat":
		d.lat, d.hasLat = value, math.Abs(value) <= 90
	case "lon":
		d.lon, d.hasLon = value, math.Abs(value) <= 180
	case "speed":
		d.speed = value
	case "heading":
		d.heading = value
	case "accuracy":
		d.accuracy = value
	}
}

func (d *driver) setInteger(name []byte, value int64) {
	switch string(name) {
	case "ts":
		d.ts = value
	case "seq":
		d.seq, d.hasSeq = value, true
	}
}

func (d *driver) setText(name, text []byte) {
	if len(text) == 0 {
		return
	}
	switch string(name) {
	case "status":
		d.status = unique.Make(string(text))
	case "vehicle":
		d.vehicle = unique.Make(string(text))
	case "city":
		d.city = unique.Make(string(text))
	}
}
