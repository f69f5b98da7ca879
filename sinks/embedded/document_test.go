package embedded

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"sluice/schemas"
)

func liveShape(t testing.TB) shape {
	t.Helper()
	known, err := families()
	if err != nil {
		t.Fatal(err)
	}
	return familyFor(known, schemas.PositionsIndex).shape
}

func TestFamiliesAreTheSchemas(t *testing.T) {
	known, err := families()
	if err != nil {
		t.Fatal(err)
	}
	if len(known) != 3 {
		t.Fatalf("%d families", len(known))
	}
	if months := familyFor(known, schemas.OrderIndex(1)); months == nil || !months.monthly || !months.orders || months.versions || months.daily {
		t.Errorf("the family of orders is %+v", months)
	}
	for _, none := range []string{"orders", "orders-", "orders-2026.13", "orders-2026.1", "orders-2026.11.21", "orders-2026.11x"} {
		if f := familyFor(known, none); f != nil {
			t.Errorf("%s is of the family %s", none, f.name)
		}
	}
	live, days := familyFor(known, schemas.PositionsIndex), familyFor(known, schemas.PingIndex(0))
	if live == nil || days == nil || !live.versions || !live.drivers || days.versions || days.drivers || !days.daily {
		t.Errorf("families %+v, %+v", live, days)
	}
}

func TestRead(t *testing.T) {
	s := liveShape(t)
	good := `{"driverId":"d","ts":1790000000123,"lat":31.2,"lon":121.4,"location":[121.4,31.2]`
	for body, want := range map[string]string{
		good + `}`:                           "",
		`{}`:                                 "",
		` { "ts" : 1 , "lat" : null } `:      "",
		good + `,"speed":8,"heading":1e2}`:   "",
		good + `,"city":"\u4e0a\"x"}`:        "",
		good + `,"vehicle":""}`:              "",
		good + `,"extra":1}`:                 reasonUnknownField,
		good + `,"extra":{"a":[1]}}`:         reasonUnknownField,
		good + `,"Speed":1}`:                 reasonUnknownField,
		good + `,"ts":1}`:                    reasonBadDocument, // twice
		good:                                 reasonBadDocument,
		good + `}}`:                          reasonBadDocument,
		good + `,}`:                          reasonBadDocument,
		good + `,"speed":"8"}`:               reasonBadDocument, // Elasticsearch would take it; our readers could not
		good + `,"speed":08}`:                reasonBadDocument,
		good + `,"speed":1e999}`:             reasonBadDocument,
		good + `,"speed":1.}`:                reasonBadDocument,
		good + `,"speed":-}`:                 reasonBadDocument,
		good + `,"speed":true}`:              reasonBadDocument,
		good + `,"seq":1.5}`:                 reasonBadDocument,
		good + `,"seq":9223372036854775808}`: reasonBadDocument,
		good + `,"seq":9223372036854775807}`: "",
		good + `,"status":7}`:                reasonBadDocument,
		good + `,"status":["idle"]}`:         reasonBadDocument,
		good + `,"status":"` + "\xff" + `"}`: reasonBadDocument,
		good + `,"status":"a` + "\n" + `"}`:  reasonBadDocument,
		good + `,"status":"\x"}`:             reasonBadDocument,
		`{"location":[181,0]}`:               reasonBadDocument,
		`{"location":[0,91]}`:                reasonBadDocument,
		`{"location":[0]}`:                   reasonBadDocument,
		`[]`:                                 reasonBadDocument,
		`"x"`:                                reasonBadDocument,
		``:                                   reasonBadDocument,
	} {
		if got := s.read([]byte(body), &reading{driver: newDriver("d", 1)}); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// FuzzRead holds the reader to encoding/json: what it takes can be read back, with the same values.
func FuzzRead(f *testing.F) {
	p := pingOf(1, 1_790_000_000_000)
	f.Add(schemas.AppendPosition(nil, &p, p.TS, 5))
	for _, body := range []string{`{}`, `{"lat":-0.0,"lon":1e-9}`, `{"city":"\ud83d\ude00"}`, `{"seq":-12,"speed":null}`, `{"ts":123456789012345678}`} {
		f.Add([]byte(body))
	}
	s := liveShape(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		d := newDriver("", 1)
		r := reading{driver: d}
		if s.read(body, &r) != "" {
			return
		}
		var want schemas.Position
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatalf("%q was taken, and cannot be read back: %v", body, err)
		}
		got := d.position()
		same := got.TS == want.TS && got.Status == want.Status && got.Vehicle == want.Vehicle && got.City == want.City &&
			got.Lat == want.Lat && got.Lon == want.Lon && equal(got.Speed, want.Speed) && equal(got.Heading, want.Heading) &&
			equal(got.Accuracy, want.Accuracy) && (got.Seq == nil) == (want.Seq == nil) && (got.Seq == nil || *got.Seq == *want.Seq)
		if !same && !strings.Contains(string(body), `\`) {
			t.Fatalf("%q is %+v, want %+v", body, got, want)
		}
	})
}

func equal(a, b *float64) bool {
	return a == nil && b == nil || a != nil && b != nil && math.Float64bits(*a) == math.Float64bits(*b)
}
