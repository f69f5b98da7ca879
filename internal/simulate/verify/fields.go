package verify

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"sluice/internal/simulate/plan"
)

// kept is a document by its fields.
type kept struct {
	DriverID   string    `json:"driverId"`
	TS         int64     `json:"ts"`
	DeviceTS   *int64    `json:"deviceTs"`
	Lat        float64   `json:"lat"`
	Lon        float64   `json:"lon"`
	Location   []float64 `json:"location"`
	Speed      *float64  `json:"speed"`
	Heading    *float64  `json:"heading"`
	Accuracy   *float64  `json:"accuracy"`
	Status     string    `json:"status"`
	Vehicle    string    `json:"vehicle"`
	City       string    `json:"city"`
	Seq        *int64    `json:"seq"`
	ReceivedAt int64     `json:"receivedAt"`
}

// fields compares field by field, for a document that was written anew. why is "" when all are equal.
func (c *checker) fields(r *plan.Record, body []byte) (said seen, why string) {
	var k kept
	if !exact(body, &k) || json.Unmarshal(body, &k) != nil {
		return seen{}, "it is not a document of ours"
	}
	if k.DriverID != string(c.author.DriverID(nil, r.Driver)) {
		return seen{stranger: k.DriverID}, ""
	}
	said = seen{ts: k.TS, receivedAt: k.ReceivedAt}
	deviceTS := k.TS
	if k.DeviceTS != nil {
		deviceTS = *k.DeviceTS
	}
	lat, lon := float64(r.LatE6)/1e6, float64(r.LonE6)/1e6
	for _, f := range []struct {
		name  string
		equal bool
	}{
		{"ts", deviceTS == r.TS},
		{"lat", k.Lat == lat},
		{"lon", k.Lon == lon},
		{"location", slices.Equal(k.Location, []float64{lon, lat})},
		{"speed", is(k.Speed, float64(r.Speed)/10)},
		{"heading", is(k.Heading, float64(r.Heading))},
		{"accuracy", is(k.Accuracy, plan.Accuracy)},
		{"status", k.Status == r.Status.String()},
		{"vehicle", k.Vehicle == plan.Vehicle(r.Driver)},
		{"city", k.City == plan.City},
		{"seq", k.Seq != nil && *k.Seq == r.N},
	} {
		if !f.equal {
			return said, f.name + " is not what was sent"
		}
	}
	return said, ""
}

// exact reports whether a body is one object, with fields of a document by their exact names, none twice
// and none null, and nothing behind it: Go's own decoder takes LAT for lat and the last of two.
func exact(body []byte, of any) bool {
	fields := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeOf(of).Elem()) {
		fields[f.Tag.Get("json")] = true
	}
	in := json.NewDecoder(bytes.NewReader(body))
	if open, err := in.Token(); err != nil || open != json.Delim('{') {
		return false
	}
	for in.More() {
		key, err := in.Token()
		field, ok := key.(string)
		var value json.RawMessage
		if err != nil || !ok || !fields[field] || in.Decode(&value) != nil || string(value) == "null" {
			return false
		}
		delete(fields, field)
	}
	return json.Valid(body)
}

func is(got *float64, want float64) bool { return got != nil && *got == want }
