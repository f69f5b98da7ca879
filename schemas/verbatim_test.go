package schemas

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// stored is a document as a store's readers see it.
func stored(t *testing.T, doc []byte) map[string]any {
	t.Helper()
	if strings.ContainsAny(string(doc), "\r\n") {
		t.Errorf("a document of two lines: %q", doc)
	}
	var fields map[string]any
	if err := json.Unmarshal(doc, &fields); err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return fields
}

// A ping kept as it came says the same as one written field by field.
func TestVerbatimDocumentsSayTheSame(t *testing.T) {
	kept := 0
	for _, value := range lines(t, "pings/good.ndjson") {
		var p Ping
		if err := DecodePing(&p, []byte(value)); err != nil {
			t.Fatal(err)
		}
		anew := p
		anew.verbatim = verbatim{}
		if p.verbatim.object != nil {
			kept++
		}
		for _, receivedAt := range []int64{0, p.TS + 7} {
			got, want := stored(t, AppendPosition(nil, &p, p.TS, receivedAt)), stored(t, AppendPosition(nil, &anew, p.TS, receivedAt))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: kept as %v, written as %v", value, got, want)
			}
		}
	}
	if kept < 5 {
		t.Errorf("only %d pings were kept as they came", kept)
	}
}

// What a document must not hold is never kept as it came.
func TestWhatIsNotVerbatim(t *testing.T) {
	const ping = `{"driverId":"d","ts":1790000000123,"lat":31.5,"lon":121.5`
	for _, more := range []string{
		`,"colour":"red"}`, `,"speed":null}`, `,"speed":-1}`, `,"heading":-1.0}`, `,"accuracy":-1}`, `,"status":""}`, `,"vehicle":""}`,
		`,"city":""}`, `,"city":"\u00e4"}`, `,"datum":"wgs84"}`, `,"datum":"gcj02"}`, ",\n\"seq\":1}", "\r}", `,"seq":1e2}`,
		`,"speed":1.` + strings.Repeat("0", 1000) + `}`, // Elasticsearch refuses a number of so many digits
		strings.Repeat(" ", 1000) + `}`,
	} {
		var p Ping
		if err := DecodePing(&p, []byte(ping+more)); err != nil {
			t.Fatalf("%s: %v", more, err)
		}
		if p.verbatim.object != nil {
			t.Errorf("kept as it came: %s", more)
		}
		stored(t, AppendPosition(nil, &p, p.TS, 0))
	}
	var p Ping
	if err := DecodePing(&p, []byte(" \n"+ping+"} \n")); err != nil {
		t.Fatal(err)
	}
	if got := string(AppendPosition(nil, &p, p.TS, 0)); got != ping+`,"location":[121.5,31.5]}` {
		t.Errorf("kept as %s", got)
	}
	if doc := stored(t, AppendPosition(nil, &p, p.TS-5, 0)); doc["deviceTs"] != float64(p.TS) {
		t.Errorf("a clamped ping was kept as it came: %v", doc)
	}
}
