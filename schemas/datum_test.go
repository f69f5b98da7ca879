package schemas

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

type place struct {
	name     string
	lat, lon float64
}

func inside() []place {
	return []place{
		{"Beijing", 39.9042, 116.4074},
		{"Shanghai", 31.2304, 121.4737},
		{"Shanghai Pudong airport", 31.143, 121.805},
		{"Yangshan port", 30.62, 122.07},
		{"Hangzhou bay bridge", 30.45, 121.13},
		{"Shenzhen", 22.5431, 114.0579},
		{"Shenzhen Luohu station", 22.5318, 114.1175},
		{"Zhuhai Gongbei", 22.222, 113.55},
		{"Guangzhou", 23.1291, 113.2644},
		{"Xiamen airport", 24.544, 118.127},
		{"Xiamen", 24.4798, 118.0894},
		{"Fuzhou", 26.0745, 119.2965},
		{"Haikou", 20.0440, 110.1999},
		{"Sanya", 18.2528, 109.5119},
		{"Urumqi", 43.8256, 87.6168},
		{"Kashgar", 39.4704, 75.9898},
		{"Lhasa", 29.6500, 91.1000},
		{"Chengdu", 30.5728, 104.0668},
		{"Kunming", 24.8801, 102.8329},
		{"Harbin", 45.8038, 126.5350},
		{"Dandong", 40.1244, 124.3830},
		{"Tumen", 42.9680, 129.8430},
		{"Hunchun", 42.8624, 130.3660},
		{"Heihe", 50.2450, 127.4990},
		{"Manzhouli", 49.5980, 117.3780},
		{"Suifenhe", 44.3960, 131.1510},
		{"Erenhot", 43.6530, 111.9770},
		{"Khorgos", 44.2100, 80.4100},
		{"Ruili", 24.0120, 97.8520},
		{"Hekou", 22.5294, 103.9394},
		{"Pingxiang", 22.0940, 106.7660},
		{"Dongxing", 21.5470, 107.9720},
		{"Mohe", 52.9721, 122.5386},
	}
}

func outsideChina() []place {
	return []place{
		{"Hong Kong", 22.3193, 114.1694},
		{"Hong Kong airport", 22.3080, 113.9185},
		{"Hong Kong Sheung Shui", 22.5012, 114.1280},
		{"Macau", 22.1987, 113.5439},
		{"Macau Taipa", 22.1560, 113.5600},
		{"Taipei", 25.0330, 121.5654},
		{"Kaohsiung", 22.6273, 120.3014},
		{"Kinmen", 24.4367, 118.3190},
		{"Lieyu", 24.4300, 118.2350},
		{"Matsu Nangan", 26.1570, 119.9500},
		{"Penghu", 23.5700, 119.5800},
		{"Seoul", 37.5665, 126.9780},
		{"Pyongyang", 39.0392, 125.7625},
		{"Sinuiju", 40.1006, 124.3980},
		{"Blagoveshchensk", 50.2907, 127.5272},
		{"Khabarovsk", 48.4802, 135.0719},
		{"Vladivostok", 43.1155, 131.8855},
		{"Zabaikalsk", 49.6510, 117.3270},
		{"Ulaanbaatar", 47.8864, 106.9057},
		{"Zamyn-Uud", 43.7150, 111.9030},
		{"Almaty", 43.2220, 76.8512},
		{"Bishkek", 42.8746, 74.5698},
		{"Islamabad", 33.6844, 73.0479},
		{"Delhi", 28.6139, 77.2090},
		{"Kathmandu", 27.7172, 85.3240},
		{"Thimphu", 27.4728, 89.6390},
		{"Dhaka", 23.8103, 90.4125},
		{"Muse", 23.9900, 97.9050},
		{"Lao Cai", 22.4856, 103.9707},
		{"Dong Dang", 21.9450, 106.6950},
		{"Hanoi", 21.0285, 105.8542},
		{"Vientiane", 17.9757, 102.6331},
		{"Bangkok", 13.7563, 100.5018},
		{"Manila", 14.5995, 120.9842},
		{"Singapore", 1.3521, 103.8198},
		{"Tokyo", 35.6762, 139.6503},
		{"Fukuoka", 33.5902, 130.4017},
		{"Naha", 26.2124, 127.6809},
		{"London", 51.5074, -0.1278},
		{"Austin", 30.2672, -97.7431},
	}
}

// atTheBorder are abroad, but nearer to the border than BD-09 shifts.
func atTheBorder() []place {
	return []place{{"Hong Kong Lok Ma Chau", 22.5140, 114.0650}, {"Namyang", 42.9500, 129.8600}}
}

func TestInChina(t *testing.T) {
	for _, p := range inside() {
		if !InChina(p.lat, p.lon) {
			t.Errorf("%s is not in China", p.name)
		}
	}
	for _, p := range append(outsideChina(), atTheBorder()...) {
		if InChina(p.lat, p.lon) {
			t.Errorf("%s is in China", p.name)
		}
	}
}

func TestInChinaTakesAnyNumber(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 15, 54, 73, 136, 53.9999999, 15.0000001, -1e300} {
		if InChina(v, 100) && InChina(100, v) {
			t.Errorf("%v is a place in China", v)
		}
	}
}

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

func BenchmarkInChina(b *testing.B) {
	places := append(inside(), outsideChina()...)
	InChina(places[0].lat, places[0].lon)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		InChina(places[i%len(places)].lat, places[i%len(places)].lon)
		i++
	}
}

func BenchmarkToWGS84(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ToWGS84(BD09, 39.92133699351021, 116.41036949371029)
	}
}
