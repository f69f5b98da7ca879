package schemas

import (
	"math"
	"testing"
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
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 0, math.Copysign(0, -1)}
	for _, v := range append(odd, 15, math.Nextafter(15, 16), math.Nextafter(54, 53), 54, 90) {
		if InChina(v, 105) {
			t.Errorf("%v,105 is in China", v)
		}
	}
	for _, v := range append(odd, 73, math.Nextafter(73, 74), math.Nextafter(136, 135), 136, 180) {
		if InChina(35, v) {
			t.Errorf("35,%v is in China", v)
		}
	}
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
