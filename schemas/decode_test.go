package schemas

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// lines reads a file of testdata, without its last line break.
func lines(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// golden compares got with a file of testdata, or writes that file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it):\n got %s\nwant %s", path, got, want)
	}
}

// badPing is a line of bad.txt: code, field or "-", value.
type badPing struct{ code, field, value string }

func badPings(t testing.TB) []badPing {
	t.Helper()
	var bad []badPing
	for _, line := range lines(t, "pings/bad.txt") {
		words := strings.SplitN(line, " ", 3)
		bad = append(bad, badPing{words[0], strings.TrimPrefix(words[1], "-"), words[2]})
	}
	return bad
}

// same compares two pings, a NaN being equal to a NaN.
func same(a, b *Ping) bool {
	number := func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y }
	return bytes.Equal(a.DriverID, b.DriverID) && bytes.Equal(a.Vehicle, b.Vehicle) && bytes.Equal(a.City, b.City) &&
		number(a.Lat, b.Lat) && number(a.Lon, b.Lon) &&
		number(a.Speed, b.Speed) && number(a.Heading, b.Heading) && number(a.Accuracy, b.Accuracy) &&
		a.TS == b.TS && a.Seq == b.Seq && a.Status == b.Status && a.Datum == b.Datum && a.Unknown == b.Unknown
}

func TestGoodPings(t *testing.T) {
	var out []byte
	for _, value := range lines(t, "pings/good.ndjson") {
		p := Ping{Speed: 1, Seq: 7, Status: StatusBusy, City: []byte("left over"), Unknown: 3}
		if err := DecodePing(&p, []byte(value)); err != nil {
			t.Errorf("%s: %v", value, err)
		}
		out = append(AppendPingJSON(out, &p), '\n')
	}
	golden(t, "pings/good.golden", out)
}

func TestBadPings(t *testing.T) {
	for _, bad := range badPings(t) {
		var p Ping
		err := DecodePing(&p, []byte(bad.value))
		var got *FieldError
		if !errors.As(err, &got) {
			t.Errorf("%s: %v is not a FieldError", bad.value, err)
			continue
		}
		if got.Code != bad.code || got.Field != bad.field {
			t.Errorf("%s: %v, want %s %s", bad.value, err, bad.code, bad.field)
		}
	}
}

func TestBadBytes(t *testing.T) {
	good := `{"driverId":"d","ts":1790000000123,"lat":31,"lon":121`
	keys := strings.Repeat(`{"a":0,"b":0},`, 32) + "0"
	cases := []badPing{
		{CodeBadUTF8, "", good + ",\"city\":\"\xff\"}"},
		{CodeBadUTF8, "", good + ",\"\xc0\xaf\":1}"},
		{CodeTooLarge, "", good + `,"x":"` + strings.Repeat("x", MaxPingBytes) + `"}`},
		{CodeManyKeys, "", good + `,"x":[` + keys + `]}`},
		{CodeTooLarge, "", good + `,"x":` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + `}`},
		{CodeBadJSON, "", "\xef\xbb\xbf" + good + "}"},
	}
	for _, c := range cases {
		var p Ping
		var got *FieldError
		if err := DecodePing(&p, []byte(c.value)); !errors.As(err, &got) || got.Code != c.code {
			t.Errorf("%.80q: %v, want %s", c.value, err, c.code)
		}
	}
}

func TestUnknownFieldsAreCounted(t *testing.T) {
	good := `{"driverId":"d","ts":1790000000123,"lat":31,"lon":121`
	for value, want := range map[string]int{
		good + `}`:                    0,
		good + `,"x":1,"y":"z"}`:      2,
		good + `,"x":{"lat":9}}`:      1,
		good + `,"Lat":9,"driver":1}`: 2,
		good + `,"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0,"9":0,"10":0}`: 10,
	} {
		var p Ping
		if err := DecodePing(&p, []byte(value)); err != nil || p.Unknown != want || p.Lat != 31 {
			t.Errorf("%s: %d unknown, lat %v, %v; want %d", value, p.Unknown, p.Lat, err, want)
		}
	}
}

// The known fields do not count, however many there are beside them; the fast reader's limit is the same.
func TestUnknownKeysAreLimited(t *testing.T) {
	good := `{"driverId":"d","ts":1790000000123,"lat":31,"lon":121,"speed":1,"city":"c"`
	for n, want := range map[int]string{MaxUnknownKeys: "", MaxUnknownKeys + 1: CodeManyKeys} {
		flat, nested := []byte(good), []byte(good+`,"x":[`)
		for i := range n {
			flat = fmt.Appendf(flat, `,"k%d":0`, i)
		}
		for i := range n - 1 { // x is one itself
			nested = fmt.Appendf(nested, `{"k%d":0},`, i)
		}
		for _, value := range [][]byte{append(flat, '}'), append(nested, "0]}"...)} {
			var p Ping
			code := ""
			if field, ok := errors.AsType[*FieldError](DecodePing(&p, value)); ok {
				code = field.Code
			}
			if code != want {
				t.Errorf("%d unknown keys: %q, want %q", n, code, want)
			}
		}
	}
}

// TestUsualPingsAreScanned holds the reader of the hot path to its purpose.
func TestUsualPingsAreScanned(t *testing.T) {
	for name, text := range benchPings() {
		var p Ping
		value := []byte(text)
		if _, ok := scanPing(&p, value); ok == (name == "deep") {
			t.Errorf("%s: scanned: %v", name, ok)
		}
		if name == "deep" {
			continue
		}
		allowed := 0.0
		if name == "escaped" {
			allowed = 1
		}
		var err error
		if n := testing.AllocsPerRun(100, func() { err = DecodePing(&p, value) }); n > allowed || err != nil {
			t.Errorf("%s: %v allocations, %v", name, n, err)
		}
	}
}

func TestDecodePingValue(t *testing.T) {
	want := Ping{DriverID: []byte("d"), TS: 1790000000123, Lat: 31.5, Lon: 121.5, Speed: math.NaN(), Heading: 90, Accuracy: math.NaN(), Seq: -1}
	for contentType, value := range map[string][]byte{
		"":                  AppendPingJSON(nil, &want),
		"application/json":  AppendPingJSON(nil, &want),
		ContentTypeProtobuf: AppendPingProto(nil, &want),
	} {
		var p Ping
		if err := DecodePingValue(&p, []byte(contentType), value); err != nil || !same(&p, &want) {
			t.Errorf("%q: %+v, %v", contentType, p, err)
		}
	}
}

// FuzzDecodePing: no input panics, the two readers agree wherever the fast one answers,
// and what was accepted comes back the same from its canonical form.
func FuzzDecodePing(f *testing.F) {
	for _, value := range lines(f, "pings/good.ndjson") {
		f.Add([]byte(value))
	}
	for _, bad := range badPings(f) {
		f.Add([]byte(bad.value))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		var fast, general Ping
		err := DecodePing(&fast, value)
		if len(value) > MaxPingBytes {
			return
		}
		generalErr := decodeGeneral(&general, value)
		if !sameFault(err, generalErr) {
			t.Fatalf("DecodePing says %v, the general reader %v", err, generalErr)
		}
		if err != nil {
			return
		}
		if !same(&fast, &general) {
			t.Fatalf("DecodePing reads %+v, the general reader %+v", fast, general)
		}
		if got, want := stored(t, AppendPosition(nil, &fast, fast.TS, 1)), stored(t, AppendPosition(nil, &general, fast.TS, 1)); !reflect.DeepEqual(got, want) {
			t.Fatalf("kept as %v, written as %v", got, want)
		}
		again, want := Ping{}, fast
		want.Datum, want.Unknown = WGS84, 0
		if err := DecodePing(&again, AppendPingJSON(nil, &want)); err != nil || !same(&again, &want) {
			t.Fatalf("%+v comes back as %+v, %v", want, again, err)
		}
	})
}

// sameFault compares two errors by what a program sees of them.
func sameFault(a, b error) bool {
	var x, y *FieldError
	if !errors.As(a, &x) || !errors.As(b, &y) {
		return a == nil && b == nil
	}
	return x.Code == y.Code && x.Field == y.Field
}
