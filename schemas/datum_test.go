package schemas

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestShiftSizes holds the formulas to the shifts that are known of four cities.
func TestShiftSizes(t *testing.T) {
	cases := []struct {
		place
		metres float64
	}{
		{place{"Beijing", 39.9042, 116.4074}, 555},
		{place{"Shanghai", 31.2304, 121.4737}, 481},
		{place{"Shenzhen", 22.5431, 114.0579}, 606},
		{place{"Chengdu", 30.5728, 104.0668}, 363},
	}
	for _, c := range cases {
		lat, lon := shiftGCJ(c.lat, c.lon)
		if got := metres(c.lat, c.lon, lat, lon); math.Abs(got-c.metres) > 5 {
			t.Errorf("%s: GCJ-02 shifts %.1f m, want %.0f", c.name, got, c.metres)
		}
		lat, lon = shifted(BD09, c.lat, c.lon)
		if got := metres(c.lat, c.lon, lat, lon); got < 940 || got > 1450 {
			t.Errorf("%s: BD-09 shifts %.1f m, want 940 to 1450", c.name, got)
		}
	}
}

// TestKnownConversions are pairs that other implementations publish.
func TestKnownConversions(t *testing.T) {
	lat, lon := shiftGCJ(39.915, 116.404)
	if math.Abs(lat-39.91640428150164) > 1e-9 || math.Abs(lon-116.41024449916938) > 1e-9 {
		t.Errorf("WGS-84 39.915,116.404 is GCJ-02 %.12f,%.12f", lat, lon)
	}
	lat, lon = shiftBD(39.915, 116.404)
	if math.Abs(lat-39.92133699351021) > 1e-9 || math.Abs(lon-116.41036949371029) > 1e-9 {
		t.Errorf("GCJ-02 39.915,116.404 is BD-09 %.12f,%.12f", lat, lon)
	}
}

func TestToWGS84UndoesTheShift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lat := rapid.Float64Range(18, 53).Draw(t, "lat")
		lon := rapid.Float64Range(74, 134).Draw(t, "lon")
		datum := rapid.SampledFrom([]Datum{GCJ02, BD09}).Draw(t, "datum")
		if !InChina(lat, lon) {
			t.Skip("abroad")
		}
		gotLat, gotLon := shifted(datum, lat, lon)
		gotLat, gotLon = ToWGS84(datum, gotLat, gotLon)
		if !InChina(gotLat, gotLon) {
			t.Skip("on the border line itself")
		}
		if math.Abs(gotLat-lat) > 1e-9 || math.Abs(gotLon-lon) > 1e-9 {
			t.Fatalf("%v %.10f,%.10f came back as %.10f,%.10f", datum, lat, lon, gotLat, gotLon)
		}
	})
}

func TestToWGS84LeavesOtherPlacesAlone(t *testing.T) {
	for _, p := range outsideChina() {
		for _, datum := range []Datum{WGS84, GCJ02, BD09} {
			lat, lon := ToWGS84(datum, p.lat, p.lon)
			if lat != p.lat || lon != p.lon {
				t.Errorf("%s moved by %.0f m out of %v", p.name, metres(p.lat, p.lon, lat, lon), datum)
			}
		}
	}
	for _, p := range inside() {
		if lat, lon := ToWGS84(WGS84, p.lat, p.lon); lat != p.lat || lon != p.lon {
			t.Errorf("%s moved out of WGS-84", p.name)
		}
		sent1, sent2 := shifted(GCJ02, p.lat, p.lon)
		if lat, lon := ToWGS84(GCJ02, sent1, sent2); metres(p.lat, p.lon, lat, lon) > 0.01 {
			t.Errorf("%s came back %.2f m off", p.name, metres(p.lat, p.lon, lat, lon))
		}
	}
}

func TestDecodeConvertsOnce(t *testing.T) {
	var p Ping
	if err := DecodePing(&p, []byte(`{"driverId":"d","ts":1790000000000,"lat":39.91640428150164,"lon":116.41024449916938,"datum":"gcj02"}`)); err != nil {
		t.Fatal(err)
	}
	if p.Lat != 39.915 || p.Lon != 116.404 || p.Datum != GCJ02 {
		t.Errorf("decoded %v,%v %v", p.Lat, p.Lon, p.Datum)
	}
}

// metres is the great-circle distance.
func metres(lat1, lon1, lat2, lon2 float64) float64 {
	const rad = math.Pi / 180
	a := math.Sin((lat2-lat1)*rad/2)*math.Sin((lat2-lat1)*rad/2) +
		math.Cos(lat1*rad)*math.Cos(lat2*rad)*math.Sin((lon2-lon1)*rad/2)*math.Sin((lon2-lon1)*rad/2)
	return 2 * 6371008.8 * math.Asin(math.Sqrt(a))
}

func BenchmarkToWGS84(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ToWGS84(BD09, 39.92133699351021, 116.41036949371029)
	}
}
