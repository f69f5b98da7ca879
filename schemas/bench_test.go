package schemas

import "testing"

const benchPing = `{"driverId":"D0000123","ts":1790000000123,"lat":31.230412,"lon":121.473701,"speed":8.3,"heading":120,"status":"idle"}`

func BenchmarkDecodePing(b *testing.B) {
	cases := []struct{ name, value string }{
		{"118B", benchPing},
		{"full", `{"driverId":"D0000123","ts":1790000000123,"lat":31.2304121,"lon":121.4737012,"speed":8.3,"heading":120,"accuracy":5,"status":"idle","vehicle":"van","city":"shanghai","seq":42,"datum":"wgs84"}`},
		{"17digits", `{"driverId":"D0000123","ts":1790000000123,"lat":31.230412100000001,"lon":121.47370120000001,"speed":8.3,"heading":120}`},
		{"spaced", `{"driverId": "D0000123", "ts": 1790000000123, "lat": 31.230412, "lon": 121.473701, "speed": 8.3, "heading": 120, "status": "idle"}`},
		{"unknown", `{"driverId":"D0000123","ts":1790000000123,"lat":31.230412,"lon":121.473701,"speed":8.3,"battery":0.5,"app":"3.2.1"}`},
		{"gcj02", `{"driverId":"D0000123","ts":1790000000123,"lat":31.230412,"lon":121.473701,"speed":8.3,"datum":"gcj02"}`},
		{"escaped", `{"driverId":"D\u0030000123","ts":1790000000123,"lat":31.230412,"lon":121.473701,"speed":8.3,"heading":120}`},
	}
	for _, c := range cases {
		b.Run(c.name, func(b *testing.B) {
			value := []byte(c.value)
			b.SetBytes(int64(len(value)))
			b.ReportAllocs()
			var p Ping
			for b.Loop() {
				if err := DecodePing(&p, value); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
