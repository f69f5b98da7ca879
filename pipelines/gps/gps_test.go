package gps

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sluice/pipelines"
	"sluice/schemas"
)

const noon = int64(1_790_000_000_000)

func ping(t *testing.T, stream pipelines.Stream[Fix], value string, received int64) *Fix {
	t.Helper()
	f := &Fix{}
	rec := pipelines.Record{Value: []byte(value), Time: received}
	if err := stream.Decode(&rec, f); err != nil {
		t.Fatalf("decoding %s: %v", value, err)
	}
	return f
}

func at(ts int64, lat, lon float64, more string) string {
	return fmt.Sprintf(`{"driverId":"D1","ts":%d,"lat":%g,"lon":%g%s}`, ts, lat, lon, more)
}

func TestRejectionCarriesTheCodeAndTheFieldButNotTheBody(t *testing.T) {
	for value, want := range map[string]string{
		`{"driverId":"D1","ts":1790000000000,"lat":91,"lon":1}`: schemas.CodeOutOfRange,
		`{"driverId":"D1","ts":1790000000000,"lat":0,"lon":0}`:  schemas.CodeNullIsland,
		`{"driverId":"secret-name"`:                             schemas.CodeBadJSON,
		`{"driverId":"D1","lat":1,"lon":1}`:                     schemas.CodeMissing,
	} {
		err := NewLive(Config{})().Decode(&pipelines.Record{Value: []byte(value)}, &Fix{})
		var rejection *pipelines.Rejection
		if !errors.As(err, &rejection) || rejection.Reason != want {
			t.Errorf("%s: %v, want reason %s", value, err, want)
		}
		if strings.Contains(fmt.Sprint(err), "secret-name") {
			t.Errorf("error text carries the body: %v", err)
		}
	}
}

func TestReceivedAtIsTheHeaderThenTheBrokersTimeThenNow(t *testing.T) {
	d := decoder{clockAhead: 2000}
	for name, c := range map[string]struct {
		header string
		time   int64
		want   int64
	}{
		"header":                        {"1790000000123", noon + 500, noon + 123},
		"header, no record time":        {"1790000000123", 0, noon + 123},
		"header within the tolerance":   {"1790000001999", noon, noon + 1999},
		"header ahead of the record":    {"4000000000000", noon, noon},
		"header of a clock never set":   {"0", noon, noon},
		"header beyond every clock":     {"999999999999999", noon, noon},
		"header that is no time at all": {"soon", noon, noon},
		"record time":                   {"", noon, noon},
	} {
		rec := pipelines.Record{Time: c.time, Headers: []pipelines.Header{{Key: schemas.HeaderReceivedAt, Value: []byte(c.header)}}}
		if got := d.receivedAt(&rec); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if got := d.receivedAt(&pipelines.Record{}); time.Since(time.UnixMilli(got)) > time.Minute {
		t.Errorf("with neither: %d", got)
	}
}

// A bad clock cannot freeze a driver: the ping ahead is clamped, and the next good one wins.
func TestAClockAheadIsClampedAndTheNextGoodPingWins(t *testing.T) {
	stream := NewLive(Config{ClockAhead: 2 * time.Second})()
	id := stream.(pipelines.Identified[Fix])
	ahead := ping(t, stream, at(noon+86_400_000, 31, 121, ""), noon)
	_, wrong := id.Identity(ahead)
	next := ping(t, stream, at(noon+1500, 31, 121, ""), noon+1600)
	_, right := id.Identity(next)
	if wrong != noon || right <= wrong {
		t.Fatalf("version of the ping ahead is %d, of the next good one %d", wrong, right)
	}
	within := ping(t, stream, at(noon+1999, 31, 121, ""), noon)
	if _, v := id.Identity(within); v != noon+1999 {
		t.Fatalf("a clock within the tolerance was clamped to %d", v)
	}
	_, w := stream.Process(ahead, nil)
	var doc map[string]any
	if err := json.Unmarshal(w.Body, &doc); err != nil {
		t.Fatal(err)
	}
	if doc["ts"] != float64(noon) || doc["deviceTs"] != float64(noon+86_400_000) {
		t.Fatalf("document %v", doc)
	}
}

func TestLiveWritesOneVersionedDocumentPerDriver(t *testing.T) {
	stream := NewLive(Config{MaxAge: time.Minute})()
	f := ping(t, stream, at(noon, 31.2304, 121.4737, `,"status":"offline","colour":"red"`), noon)
	arena, w := stream.Process(f, []byte("before"))
	if string(arena[:6]) != "before" || w.Target != "positions" || string(w.Key) != "D1" || w.Version != noon || w.Time != noon || w.Expires != noon+60_000 || w.Unknown != 1 {
		t.Fatalf("write %+v", w)
	}
	var p schemas.Position
	if err := json.Unmarshal(w.Body, &p); err != nil || p.Status != "offline" || p.Lat != 31.2304 {
		t.Fatalf("document %+v: %v", p, err)
	}
}

func TestHistoryKeepsEveryPingUnderItsOwnID(t *testing.T) {
	stream := NewHistory(Config{})()
	f := ping(t, stream, at(noon, 31, 121, `,"seq":42`), noon+3_600_000)
	if v, _ := stream.Gate(f, pipelines.Seat{}, noon+100*86_400_000); v != pipelines.Unsettled {
		t.Fatal("history dropped a late ping")
	}
	_, w := stream.Process(f, nil)
	if w.Version != 0 || string(w.Key) != fmt.Sprintf("D1-%d-42", noon) || w.Target != "pings-2026.09.21" || w.Expires != 0 {
		t.Fatalf("write %+v", w)
	}
}

func TestHistoryDropsOnlyWhatIsOlderThanTheDaysItKeeps(t *testing.T) {
	stream := NewHistory(Config{HistoryMaxAge: 48 * time.Hour})()
	f := ping(t, stream, at(noon, 31, 121, ""), noon)
	if v, _ := stream.Gate(f, pipelines.Seat{}, noon+47*3_600_000); v != pipelines.Unsettled {
		t.Error("a ping of the days that are kept was dropped")
	}
	if v, reason := stream.Gate(f, pipelines.Seat{}, noon+49*3_600_000); v != pipelines.Stale || reason != pipelines.ReasonAge {
		t.Errorf("a ping from before them: %s, %s", v, reason)
	}
}

// offsetBy is a coordinate so many metres north of 31 degrees.
func offsetBy(metres float64) float64 { return 31 + metres/111_195 }

func TestOutlierIsDroppedAndAMovedDriverReanchored(t *testing.T) {
	stream := NewLive(Config{OutlierSpeed: 100, OutlierSlack: 50, OutlierFixes: 3})()
	gate := func(seconds int64, metresNorth float64, more string) pipelines.Verdict {
		f := ping(t, stream, at(noon+seconds*1000, offsetBy(metresNorth), 121, more), noon+seconds*1000)
		v, _ := stream.Gate(f, pipelines.Seat{}, noon+seconds*1000)
		return v
	}
	for _, step := range []struct {
		name    string
		seconds int64
		north   float64
		more    string
		want    pipelines.Verdict
	}{
		{"the first is believed", 0, 0, "", pipelines.Unsettled},
		{"a plausible move", 2, 200, "", pipelines.Unsettled},
		{"a teleport", 4, 50_000, "", pipelines.Stale},
		{"back on its road", 6, 400, "", pipelines.Unsettled},
		{"a jump that its accuracy explains", 8, 5_000, `,"accuracy":5000`, pipelines.Unsettled},
		{"home again", 60, 500, "", pipelines.Unsettled},
		{"elsewhere, once", 62, 90_000, "", pipelines.Stale},
		{"elsewhere, twice", 64, 90_100, "", pipelines.Stale},
		{"elsewhere, three times: believed", 66, 90_200, "", pipelines.Unsettled},
		{"and from there on", 68, 90_300, "", pipelines.Unsettled},
		{"two that do not agree", 70, 10, "", pipelines.Stale},
		{"…", 72, 300_000, "", pipelines.Stale},
		{"…", 74, 10, "", pipelines.Stale},
		{"an older ping is the store's business", 10, 1e6, "", pipelines.Unsettled},
		{"offline passes wherever it is", 76, 10, `,"status":"offline"`, pipelines.Unsettled},
		{"and anchors nothing", 78, 90_400, "", pipelines.Unsettled},
	} {
		if got := gate(step.seconds, step.north, step.more); got != step.want {
			t.Fatalf("%s: %s, want %s", step.name, got, step.want)
		}
	}
}

// A road that can be driven is never thinned out by the outlier gate, in whatever order its pings come.
func TestOutlierGateNeverDropsADrivableRoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &live{outlier: outlierGate{speed: 50, slack: 100, fixes: 3}}
		lat, lon, ts := rapid.Float64Range(-80, 80).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon"), noon
		road := []Fix{}
		for range rapid.IntRange(2, 40).Draw(t, "pings") {
			seconds := rapid.Int64Range(1, 120).Draw(t, "seconds")
			ts += seconds * 1000
			step := float64(seconds) * rapid.Float64Range(0, 45).Draw(t, "speed") / 111_195
			angle := rapid.Float64Range(0, 2*math.Pi).Draw(t, "angle")
			lat += step * math.Cos(angle)
			lon += step * math.Sin(angle) / math.Cos(lat*math.Pi/180)
			lon = math.Mod(lon+540, 360) - 180
			road = append(road, Fix{Ping: schemas.Ping{DriverID: []byte("D"), Lat: lat, Lon: lon, Accuracy: math.NaN()}, At: ts})
		}
		for _, i := range rapid.Permutation(indices(len(road))).Draw(t, "order") {
			if v, reason := g.Gate(&road[i], pipelines.Seat{}, ts); v != pipelines.Unsettled {
				t.Fatalf("ping %d dropped as %s", i, reason)
			}
		}
	})
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestMovementGateLetsDistanceHeartbeatAndChangesThrough(t *testing.T) {
	stream := NewLive(Config{MoveDistance: 25, MoveHeartbeat: 30 * time.Second})()
	for _, step := range []struct {
		name    string
		seconds int64
		north   float64
		more    string
		want    pipelines.Verdict
	}{
		{"the first", 0, 0, `,"status":"idle"`, pipelines.Unsettled},
		{"standing", 2, 3, `,"status":"idle"`, pipelines.Stale},
		{"standing, but busy now", 4, 3, `,"status":"busy"`, pipelines.Unsettled},
		{"far enough", 6, 30, `,"status":"busy"`, pipelines.Unsettled},
		{"standing again", 8, 31, `,"status":"busy"`, pipelines.Stale},
		{"a heartbeat later", 36, 31, `,"status":"busy"`, pipelines.Unsettled},
		{"another vehicle", 38, 31, `,"status":"busy","vehicle":"van"`, pipelines.Unsettled},
	} {
		f := ping(t, stream, at(noon+step.seconds*1000, offsetBy(step.north), 121, step.more), noon)
		f.At = f.TS
		if v, _ := stream.Gate(f, pipelines.Seat{}, noon); v != step.want {
			t.Fatalf("%s: %s, want %s", step.name, v, step.want)
		}
	}
}

// A driver who goes offline from an impossible place is shown offline, but is not believed to
// be there, whichever gates are on.
func TestGoingOfflineFromAnOutlierAnchorsNothing(t *testing.T) {
	for name, cfg := range map[string]Config{
		"outlier": {OutlierSpeed: 100, OutlierSlack: 50, OutlierFixes: 3},
		"both":    {OutlierSpeed: 100, OutlierSlack: 50, OutlierFixes: 3, MoveDistance: 25, MoveHeartbeat: 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			stream := NewLive(cfg)()
			for i, step := range []struct {
				north float64
				more  string
			}{{0, ""}, {50_000, `,"status":"offline"`}, {100, `,"status":"idle"`}} {
				f := ping(t, stream, at(noon+int64(i)*5000, offsetBy(step.north), 121, step.more), noon+int64(i)*5000)
				if v, reason := stream.Gate(f, pipelines.Seat{}, noon); v != pipelines.Unsettled {
					t.Fatalf("ping %d: %s, %s", i, v, reason)
				}
			}
		})
	}
}

// A seat that changes hands carries nothing over, even when its new driver's first ping is dropped.
func TestANewDriverInheritsNothing(t *testing.T) {
	stream := NewLive(Config{MaxAge: time.Minute, OutlierSpeed: 100, OutlierSlack: 50, OutlierFixes: 3})()
	gate := func(seat pipelines.Seat, ts, now int64, lat float64) (pipelines.Verdict, string) {
		return stream.Gate(ping(t, stream, at(ts, lat, 121, ""), now), seat, now)
	}
	if v, _ := gate(pipelines.Seat{New: true}, noon, noon, 31); v != pipelines.Unsettled {
		t.Fatal("the first driver's first ping was dropped")
	}
	if v, reason := gate(pipelines.Seat{New: true}, noon-120_000, noon, 45); v != pipelines.Stale || reason != pipelines.ReasonAge {
		t.Fatalf("the second driver's old ping: %s, %s", v, reason)
	}
	if v, reason := gate(pipelines.Seat{}, noon+1000, noon+1000, 45); v != pipelines.Unsettled {
		t.Fatalf("the second driver is judged by the first one's place: %s, %s", v, reason)
	}
}

func TestConfigReportsEveryComplaintAtOnce(t *testing.T) {
	bad := Config{MaxAge: -1, OutlierSpeed: 10, MoveDistance: 5}
	err := bad.Validate()
	for _, want := range []string{"maxAge", "outlierFixes", "moveHeartbeat"} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("no complaint about %s in %v", want, err)
		}
	}
}
