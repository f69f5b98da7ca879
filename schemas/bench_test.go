package schemas

import (
	"encoding/json"
	"testing"
)

// benchPings are pings as apps send them, by what is odd about them.
func benchPings() map[string]string {
	return map[string]string{
		"118B":     `{"driverId":"D0000123","ts":1790000000123,"lat":31.230412,"lon":121.473701,"speed":8.3,"heading":120,"status":"idle"}`,
		"full":     `{"driverId":"D0000123","ts":1790000000123,"lat":31.2304121,"lon":121.4737012,"speed":8.3,"heading":120,"accuracy":5,"status":"idle","vehicle":"van","city":"shanghai","seq":42,"datum":"wgs84"}`,
		"17digits": `{"driverId":"D0000123","ts":1790000000123,"lat":31.230412100000001,"lon":121.47370120000001,"speed":8.3,"heading":120}`,
		"spaced":   `{"driverId": "D0000123", "ts": 1790000000123, "lat": 31.230412, "lon": 121.473701, "speed": 8.3, "heading": 120, "status": "idle"}`,
		"chinese":  `{"driverId":"D0000123","ts":1790000000123,"lat":31.230412,"lon":121.473701,"speed":8.3,"heading":120,"city":"上海"}`,
		"unknown":  `{"driverId":"D0000123","ts":1790000000123,"lat":31.230412,"lon":121.473701,"speed":8.3,"battery":0.5,"app":"3.2.1"}`,
		"gcj02":    `{"driverId":"D0000123","ts":1790000000123,"lat":31.230412,"lon":121.473701,"speed":8.3,"datum":"gcj02"}`,
		"escaped":  `{"driverId":"D0000123","city":"\u4e0a\u6d77","ts":1790000000123,"lat":31.230412,"lon":121.473701,"speed":8.3,"heading":120}`,
		"nested":   `{"driverId":"D0000123","ts":1790000000123,"lat":31.230412,"lon":121.473701,"speed":8.3,"device":{"os":"android","cells":[1,2]}}`,
		"deep":     `{"driverId":"D0000123","ts":1790000000123,"lat":31.230412,"lon":121.473701,"speed":8.3,"x":[[[[[1]]]]]}`,
	}
}

func benchDecode(b *testing.B, value []byte, decode func(*Ping, []byte) error) {
	b.Helper()
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	var p Ping
	for b.Loop() {
		if err := decode(&p, value); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodePing(b *testing.B) {
	for name, value := range benchPings() {
		b.Run(name, func(b *testing.B) { benchDecode(b, []byte(value), DecodePing) })
	}
}

// BenchmarkDecodePingLibrary is the yardstick: encoding/json, with none of the checks.
func BenchmarkDecodePingLibrary(b *testing.B) {
	benchDecode(b, []byte(benchPings()["118B"]), func(_ *Ping, value []byte) error {
		var p Position
		return json.Unmarshal(value, &p)
	})
}

func BenchmarkDecodePingProto(b *testing.B) {
	for _, name := range []string{"118B", "full"} {
		p := benchPing(b, name)
		b.Run(name, func(b *testing.B) { benchDecode(b, AppendPingProto(nil, &p), DecodePingProto) })
	}
}

func BenchmarkAppendPosition(b *testing.B) {
	for _, name := range []string{"118B", "full", "17digits"} {
		b.Run(name, func(b *testing.B) {
			p, dst := benchPing(b, name), make([]byte, 0, 1024)
			b.ReportAllocs()
			for b.Loop() {
				dst = AppendPosition(dst[:0], &p, p.TS, p.TS+50)
			}
		})
	}
}

func BenchmarkAppendPingJSON(b *testing.B) {
	p, dst := benchPing(b, "118B"), make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendPingJSON(dst[:0], &p)
	}
}

func BenchmarkAppendPingProto(b *testing.B) {
	p, dst := benchPing(b, "118B"), make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendPingProto(dst[:0], &p)
	}
}

func BenchmarkNames(b *testing.B) {
	p, dst, days := benchPing(b, "full"), make([]byte, 0, 1024), DayIndex{}
	b.ReportAllocs()
	for b.Loop() {
		dst = PingID(dst[:0], &p)
		days.Name(p.TS)
	}
}

func benchPing(b *testing.B, name string) Ping {
	b.Helper()
	var p Ping
	if err := DecodePing(&p, []byte(benchPings()[name])); err != nil {
		b.Fatal(err)
	}
	return p
}
