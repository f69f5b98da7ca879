package schemas

import "math"

// field is one field of a Ping; its value is also its number in ping.proto.
type field uint8

const (
	fieldUnknown field = iota
	fieldDriverID
	fieldTS
	fieldLat
	fieldLon
	fieldSpeed
	fieldHeading
	fieldAccuracy
	fieldStatus
	fieldVehicle
	fieldCity
	fieldSeq
	fieldDatum
	fieldCount
)

var fieldNames = [fieldCount]string{"", "driverId", "ts", "lat", "lon", "speed", "heading", "accuracy", "status", "vehicle", "city", "seq", "datum"} //nolint:gochecknoglobals // a constant table

// name is the JSON name, "" for fieldUnknown.
func (f field) name() string { return fieldNames[f] }

// pingField is name when a ping has a field so named, else "".
func pingField(name []byte) string { return fieldNamed(name).name() }

// fieldNamed is the field with that exact JSON name; upper and lower case differ.
func fieldNamed(name []byte) field {
	switch string(name) {
	case "driverId":
		return fieldDriverID
	case "ts":
		return fieldTS
	case "lat":
		return fieldLat
	case "lon":
		return fieldLon
	case "speed":
		return fieldSpeed
	case "heading":
		return fieldHeading
	case "accuracy":
		return fieldAccuracy
	case "status":
		return fieldStatus
	case "vehicle":
		return fieldVehicle
	case "city":
		return fieldCity
	case "seq":
		return fieldSeq
	case "datum":
		return fieldDatum
	}
	return fieldUnknown
}

// fieldSet says which fields a record carries with a value.
type fieldSet uint16

func (s fieldSet) has(f field) bool      { return s&(1<<f) != 0 }
func (s fieldSet) with(f field) fieldSet { return s | 1<<f }

// kind is what a field's value must look like.
type kind uint8

const (
	kindText kind = iota
	kindNumber
	kindInteger
	kindID // a whole number above 0, as a number or as text
)

func (f field) kind() kind {
	switch f {
	case fieldTS, fieldSeq:
		return kindInteger
	case fieldLat, fieldLon, fieldSpeed, fieldHeading, fieldAccuracy:
		return kindNumber
	case fieldUnknown, fieldDriverID, fieldStatus, fieldVehicle, fieldCity, fieldDatum, fieldCount:
	}
	return kindText
}

// reset makes p a ping that says nothing.
func (p *Ping) reset() {
	nan := math.NaN()
	*p = Ping{Speed: nan, Heading: nan, Accuracy: nan, Seq: -1}
}

// setText puts a text where it belongs. An empty optional text is an absent one.
func (p *Ping) setText(f field, text []byte) error {
	switch f {
	case fieldDriverID:
		p.DriverID = text
	case fieldVehicle:
		p.Vehicle = text
	case fieldCity:
		p.City = text
	case fieldStatus:
		return p.setStatus(text)
	case fieldDatum:
		return p.setDatum(text)
	case fieldUnknown, fieldTS, fieldLat, fieldLon, fieldSpeed, fieldHeading, fieldAccuracy, fieldSeq, fieldCount:
	}
	return nil
}

func (p *Ping) setStatus(text []byte) error {
	switch string(text) {
	case "idle":
		p.Status = StatusIdle
	case "busy":
		p.Status = StatusBusy
	case "offline":
		p.Status = StatusOffline
	case "":
	default:
		return &FieldError{CodeUnknownEnum, fieldStatus.name(), "not one of idle, busy, offline"}
	}
	return nil
}

func (p *Ping) setDatum(text []byte) error {
	switch string(text) {
	case "wgs84", "":
		p.Datum = WGS84
	case "gcj02":
		p.Datum = GCJ02
	case "bd09":
		p.Datum = BD09
	default:
		return &FieldError{CodeUnknownEnum, fieldDatum.name(), "not one of wgs84, gcj02, bd09"}
	}
	return nil
}

func (p *Ping) setNumber(f field, value float64) {
	switch f {
	case fieldLat:
		p.Lat = value
	case fieldLon:
		p.Lon = value
	case fieldSpeed:
		p.Speed = value
	case fieldHeading:
		p.Heading = value
	case fieldAccuracy:
		p.Accuracy = value
	case fieldUnknown, fieldDriverID, fieldTS, fieldStatus, fieldVehicle, fieldCity, fieldSeq, fieldDatum, fieldCount:
	}
}

func (p *Ping) setInteger(f field, value int64) {
	if f == fieldTS {
		p.TS = value
		return
	}
	p.Seq = value
}
