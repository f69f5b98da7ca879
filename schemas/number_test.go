package schemas

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestFloatsAreExactAndShortest(t *testing.T) {
	check := func(t interface{ Fatalf(string, ...any) }, x float64) {
		text := string(appendFloat(nil, x))
		back, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Float64bits(back) != math.Float64bits(x) {
			t.Fatalf("%v is written as %s and read as %v, %v", x, text, back, err)
		}
		if !json.Valid([]byte(text)) {
			t.Fatalf("%s is not JSON", text)
		}
		if abs := math.Abs(x); (abs == 0 || abs >= 1e-6 && abs < 1e21) && text != strconv.FormatFloat(x, 'f', -1, 64) {
			t.Fatalf("%v is written as %s", x, text)
		}
	}
	for _, x := range []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1e-7, 1e-6, 5e-324, math.MaxFloat64, 900719925.4740993, 900719925.4740991, 562953393.6910847, 1<<29 - 1e-7, 1 << 29, 121.4737, 0.30000000000000004, 1 << 53, 1e21, 1e22} {
		check(t, x)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, float64(rapid.Int64Range(-1<<54, 1<<54).Draw(t, "fixed"))/1e7)
		if x := rapid.Float64().Draw(t, "any"); !math.IsNaN(x) && !math.IsInf(x, 0) {
			check(t, x)
		}
	})
}

// TestNumbersReadAsStrconvReads holds the short way of scanNumber to the library's.
func TestNumbersReadAsStrconvReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?`).Draw(t, "number")
		want, err := strconv.ParseFloat(text, 64)
		got, end := scanNumber([]byte(text+","), 0)
		if (err != nil) != (end < 0) {
			t.Fatalf("%s: ends at %d, strconv says %v", text, end, err)
		}
		if err == nil && (end != len(text) || math.Float64bits(got) != math.Float64bits(want)) {
			t.Fatalf("%s is read as %v to %d, want %v", text, got, end, want)
		}
	})
}
