package send_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"sluice/internal/send"
)

// all reads to the end: the records' text, and the lines that could not be read.
func all(t *testing.T, r send.Reader) (lines []string, times []int64, unreadable []int64) {
	t.Helper()
	for {
		rec, err := r.Next()
		var bad *send.Unreadable
		switch {
		case errors.Is(err, io.EOF):
			return lines, times, unreadable
		case errors.As(err, &bad):
			unreadable = append(unreadable, bad.Line)
		case err != nil:
			t.Fatal(err)
		default:
			lines, times = append(lines, string(rec.JSON)), append(times, rec.Time.MS)
			if rec.Time.To > 0 && rec.Time.MS > 1e12 {
				if digits := string(rec.JSON[rec.Time.From:rec.Time.To]); len(digits) != 13 {
					t.Errorf("the stamp covers %q", digits)
				}
			}
		}
	}
}

const austin = `vehicle_id,timestamp,speed,route_id,trip_id,latitude,longitude,trip_headsign
2010,2015-03-07T10:03:34-06:00,0.0,320,1388007,30.231535,-97.73347,NORTHBOUND
2010,2015-03-07T10:05:34-06:00,,320,1388007,0.0,0.0,"NORTH ""B"""
`

func TestCSVFindsTheColumnsOfARealFile(t *testing.T) {
	r, err := send.NewCSV(strings.NewReader(austin), nil)
	if err != nil {
		t.Fatal(err)
	}
	lines, times, _ := all(t, r)
	want := []string{
		`{"driverId":"2010","ts":1425744214000,"lat":30.231535,"lon":-97.73347,"speed":0.0}`,
		`{"driverId":"2010","ts":1425744334000,"lat":0.0,"lon":0.0}`,
	}
	if !slices.Equal(lines, want) || times[0] != 1425744214000 {
		t.Errorf("got %q %d", lines, times)
	}
}

func TestCSVNamedColumnsGoFirst(t *testing.T) {
	r, err := send.NewCSV(strings.NewReader("\uFEFFid,cab,t,a,b\n1,X7,1425744214,1,2\n"),
		map[string]string{"driverId": "cab", "ts": "t", "lat": "a", "lon": "b"})
	if err != nil {
		t.Fatal(err)
	}
	if lines, _, _ := all(t, r); lines[0] != `{"driverId":"X7","ts":1425744214000,"lat":1,"lon":2}` {
		t.Errorf("got %q", lines)
	}
}

func TestCSVSaysWhichColumnIsMissing(t *testing.T) {
	_, err := send.NewCSV(strings.NewReader("id,when\n"), map[string]string{"ts": "time", "colour": "id"})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{`no column "time" for ts`, `no field "colour"`, "--col lat=COLUMN", "--col lon=COLUMN"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %q", want, err)
		}
	}
	if strings.Contains(err.Error(), "--col ts=") {
		t.Errorf("complains twice about ts: %q", err)
	}
}

func TestCSVSendsWhatIsBadAndCountsWhatCannotBeSaid(t *testing.T) {
	r, err := send.NewCSV(strings.NewReader("id,ts,lat,lon\nA,yesterday,NaN,01\nB,1,2\nC,1425744214000,1e2,-0.5\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	lines, _, unreadable := all(t, r)
	want := []string{
		`{"driverId":"A","ts":"yesterday","lat":"NaN","lon":"01"}`,
		`{"driverId":"C","ts":1425744214000,"lat":1e2,"lon":-0.5}`,
	}
	if !slices.Equal(lines, want) || !slices.Equal(unreadable, []int64{3}) {
		t.Errorf("got %q, unreadable %d", lines, unreadable)
	}
}

func TestTimesInEveryForm(t *testing.T) {
	r, err := send.NewCSV(strings.NewReader("id,ts,lat,lon\n"+
		"A,2015-03-07T10:03:34-06:00,1,1\nA,2015-03-07T16:03:34Z,1,1\nA,2015-03-07 16:03:34,1,1\nA,1425744214,1,1\nA,1425744214.25,1,1\nA,1425744214000,1,1\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, times, _ := all(t, r)
	want := []int64{1425744214000, 1425744214000, 1425744214000, 1425744214000, 1425744214250, 1425744214000}
	if !slices.Equal(times, want) {
		t.Errorf("got %d", times)
	}
}

func TestGPX(t *testing.T) {
	r, err := send.NewGPX(strings.NewReader(`<?xml version="1.0"?><gpx><wpt lat="9" lon="9"/><trk><trkseg>
 <trkpt lat="52.6291510" lon="-8.6617460"><ele>19.5</ele><time>2019-02-18T07:45:50Z</time></trkpt>
 <trkpt lat="52.6" lon="-8.6"><speed>3.5</speed><course>90</course></trkpt>
</trkseg></trk></gpx>`), "bus-304")
	if err != nil {
		t.Fatal(err)
	}
	lines, _, _ := all(t, r)
	want := []string{
		`{"driverId":"bus-304","ts":1550475950000,"lat":52.6291510,"lon":-8.6617460}`,
		`{"driverId":"bus-304","lat":52.6,"lon":-8.6,"speed":3.5,"heading":90}`,
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q", lines)
	}
}

func TestGPXThatIsCutIsAnError(t *testing.T) {
	r, err := send.NewGPX(strings.NewReader(`<gpx><trk><trkseg><trkpt lat="1" lon="2"><time>`), "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

func TestNDJSONIsHandedOnAsItIs(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	r := send.NewNDJSON(strings.NewReader("{\"lat\":1, \"ts\": 1425744214000 ,\"x\":{\"ts\":1}}\r\n\n not json\n"+long+"\n{\"ts\":\"5\"}"), true)
	lines, times, unreadable := all(t, r)
	want := []string{`{"lat":1, "ts": 1425744214000 ,"x":{"ts":1}}`, "not json", `{"ts":"5"}`}
	if !slices.Equal(lines, want) || !slices.Equal(times, []int64{1425744214000, 0, 0}) || !slices.Equal(unreadable, []int64{4}) {
		t.Errorf("got %q %d %d", lines, times, unreadable)
	}
}

func FuzzNDJSONStamp(f *testing.F) {
	f.Add(`{"ts":1,"a":2}`)
	f.Add(`{"a":{"ts":3},"ts":-1425744214000}`)
	f.Fuzz(func(t *testing.T, line string) {
		rec, err := send.NewNDJSON(strings.NewReader(line), true).Next()
		if err != nil || rec.Time.To == 0 {
			return
		}
		if rec.Time.From < 1 || rec.Time.To > len(rec.JSON) || rec.Time.From >= rec.Time.To {
			t.Errorf("stamp %+v outside of %q", rec.Time, rec.JSON)
		}
	})
}
