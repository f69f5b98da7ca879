package fleet_test

import (
	"encoding/json"
	"math"
	"testing"

	"sluice/internal/bench/fleet"
)

type ping struct {
	DriverID string  `json:"driverId"`
	TS       int64   `json:"ts"`
	Lat      float64 `json:"lat"`
	Lon      float64 `json:"lon"`
	Speed    float64 `json:"speed"`
	Seq      int64   `json:"seq"`
}

func TestPingsAreValidOrderedAndAtStreetSpeed(t *testing.T) {
	t.Parallel()
	const drivers, rounds = 50, 200
	f := fleet.New(drivers, 7)
	last := map[string]ping{}
	for round := range int64(rounds) {
		for i := range drivers {
			body := f.Ping(nil, i, 1_790_000_000_000+round*1000+int64(i))
			if len(body) < 110 || len(body) > 150 {
				t.Fatalf("a ping of %d bytes: %s", len(body), body)
			}
			var p ping
			if err := json.Unmarshal(body, &p); err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			checkStep(t, last[p.DriverID], p, round)
			last[p.DriverID] = p
		}
	}
	if len(last) != drivers {
		t.Fatalf("%d ids of %d drivers", len(last), drivers)
	}
}

func checkStep(t *testing.T, before, now ping, round int64) {
	t.Helper()
	if now.Seq != round {
		t.Fatalf("seq %d in round %d", now.Seq, round)
	}
	if round == 0 {
		return
	}
	dy := (now.Lat - before.Lat) * 111_195
	dx := (now.Lon - before.Lon) * 111_195 * 0.855
	if way := math.Hypot(dx, dy); way > 20 || way < 1 {
		t.Fatalf("%s went %.1f m in a second", now.DriverID, way)
	}
}

func TestProbeIsAPing(t *testing.T) {
	t.Parallel()
	var p ping
	if err := json.Unmarshal(fleet.Probe(nil, []byte("probe-1"), 5), &p); err != nil {
		t.Fatal(err)
	}
	if p.DriverID != "probe-1" || p.TS != 5 || p.Lat != fleet.CentreLat {
		t.Fatalf("%+v", p)
	}
}

func BenchmarkPing(b *testing.B) {
	f := fleet.New(1000, 1)
	var buf []byte
	for i := range b.N {
		buf = f.Ping(buf[:0], i%1000, int64(i))
	}
}
