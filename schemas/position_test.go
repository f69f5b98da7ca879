package schemas

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestPositionDocuments pins the document at rest, field by field.
func TestPositionDocuments(t *testing.T) {
	var out []byte
	for _, value := range lines(t, "pings/good.ndjson") {
		var p Ping
		if err := DecodePing(&p, []byte(value)); err != nil {
			t.Fatal(err)
		}
		out = append(AppendPosition(out, &p, p.TS, p.TS+50), '\n')
	}
	ahead := Ping{DriverID: []byte("a\"b\\c\x01\xff"), TS: 1790000000123, Lat: 1e-9, Lon: -179.99999999999997, Speed: 0.1, Heading: math.NaN(), Accuracy: math.NaN(), Seq: 0}
	out = append(AppendPosition(out, &ahead, 1789990000000, 1789990000000), '\n')
	out = append(AppendPosition(out, &ahead, ahead.TS, 0), '\n')
	golden(t, "positions.golden", out)
}

func TestPositionReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPing(t)
		p.Lat = rapid.Float64Range(-90, 90).Draw(t, "exact lat")
		var got struct {
			Position
			DeviceTS   int64      `json:"deviceTs"`
			ReceivedAt int64      `json:"receivedAt"`
			Location   [2]float64 `json:"location"`
		}
		ts := rapid.Int64Range(MinTS, MaxTS).Draw(t, "effective ts")
		if err := json.Unmarshal(AppendPosition(nil, &p, ts, 17), &got); err != nil {
			t.Fatal(err)
		}
		if got.DriverID != string(p.DriverID) || got.Vehicle != string(p.Vehicle) || got.City != string(p.City) || got.Status != p.Status.String() {
			t.Fatalf("texts: %+v, want %+v", got, p)
		}
		if got.Lat != p.Lat || got.Lon != p.Lon || got.Location != [2]float64{p.Lon, p.Lat} || got.TS != ts || got.ReceivedAt != 17 {
			t.Fatalf("place and time: %+v, want %+v", got, p)
		}
		if ts != p.TS && got.DeviceTS != p.TS {
			t.Fatalf("deviceTs %d, want %d", got.DeviceTS, p.TS)
		}
		for name, pair := range map[string]struct {
			got  *float64
			want float64
		}{"speed": {got.Speed, p.Speed}, "heading": {got.Heading, p.Heading}, "accuracy": {got.Accuracy, p.Accuracy}} {
			if (pair.got == nil) != math.IsNaN(pair.want) || pair.got != nil && *pair.got != pair.want {
				t.Fatalf("%s: %v, want %v", name, pair.got, pair.want)
			}
		}
		if (got.Seq == nil) != (p.Seq < 0) || got.Seq != nil && *got.Seq != p.Seq {
			t.Fatalf("seq: %v, want %d", got.Seq, p.Seq)
		}
	})
}
