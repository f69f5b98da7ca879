package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"time"
)

// The names that the product documents, repeated here: a test that asked the product for
// them would not notice a change.
const (
	pings   = "driver.pings"
	live    = "gps-live"
	history = "gps-history"
)

// outgoing is one record to be written, with what its author knows of it.
type outgoing struct {
	key, value string
	received   int64  // ms, the received-at header
	fix        *fix   // nil when it is poison
	reason     string // of poison: the reason that its dead letter must carry
}

// fix is a valid ping, as its author means it.
type fix struct {
	driver   string
	ts       int64 // the device's clock, ms
	lat, lon float64
	optional map[string]any // speed, status, seq …
}

// mischief says what a load consists of, in parts of 1.
type mischief struct {
	pings, drivers              int
	doubled, late, ahead, wrong float64
}

// clockAhead is the tolerance that the loads are made for, and that their processes are given.
const clockAhead = 2 * time.Second

// maxAge parts what is late from what is fresh: no ping is near to it.
const maxAge = time.Hour

// author writes loads: the same seed and start give the same records.
type author struct {
	mischief
	random *rand.Rand
	now    time.Time
	serial int
}

// load makes the records, in an order that no driver would send them in.
func (a *author) load() []outgoing {
	var all []outgoing
	for len(all) < a.pings {
		a.serial++
		out := a.ping()
		if a.random.Float64() < a.wrong {
			out = a.poison(out)
		}
		all = append(all, out)
		for a.random.Float64() < a.doubled {
			again := out
			if out.fix != nil && out.fix.ts <= out.received { // the same ping, received again later
				again.received += a.random.Int64N(3)
			}
			all = append(all, again)
		}
	}
	a.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// ping is a valid one: of the last ten minutes, or late by hours, or from a clock that is
// ahead by hours, or by less than what is tolerated.
func (a *author) ping() outgoing {
	f := &fix{
		driver: fmt.Sprintf("D-%04d", a.random.IntN(a.drivers)),
		lat:    round(30 + a.random.Float64()), lon: round(120 + 2*a.random.Float64()), optional: a.optional(),
	}
	happened := a.now.UnixMilli() - a.random.Int64N(10*60*1000)
	f.ts = happened
	out := outgoing{key: f.driver, received: happened + a.random.Int64N(900), fix: f}
	switch p := a.random.Float64(); {
	case p < a.late:
		f.ts -= 2*3_600_000 + a.random.Int64N(18*3_600_000)
	case p < a.late+a.ahead:
		f.ts = out.received + 3_600_000 + a.random.Int64N(47*3_600_000)
	case p < a.late+2*a.ahead:
		f.ts = out.received + a.random.Int64N(clockAhead.Milliseconds()+1)
	}
	out.value = f.json()
	return out
}

// optional draws some of the fields that a ping need not have.
func (a *author) optional() map[string]any {
	o := map[string]any{}
	add := func(name string, value any) {
		if a.random.IntN(2) == 0 {
			o[name] = value
		}
	}
	o["seq"] = a.serial // makes every ping another one
	add("speed", round(a.random.Float64()*40))
	add("heading", a.random.IntN(360))
	add("accuracy", round(a.random.Float64()*60))
	add("status", [...]string{"idle", "busy", "offline"}[a.random.IntN(3)])
	add("vehicle", [...]string{"van", "truck", "小型货车"}[a.random.IntN(3)])
	add("city", "shanghai")
	return o
}

// poison spoils a ping in one of the ways that devices and programs have.
func (a *author) poison(good outgoing) outgoing {
	f := *good.fix
	bad := outgoing{key: good.key, received: good.received}
	switch a.random.IntN(8) {
	case 0:
		bad.value, bad.reason = strings.TrimSuffix(good.value, "}"), "bad_json"
	case 1:
		bad.value, bad.reason = strings.Replace(good.value, "D-", "D\xff", 1), "bad_utf8"
	case 2:
		f.lat, f.lon = 0, 0
		bad.value, bad.reason = f.json(), "null_island"
	case 3:
		f.lat = 91.5
		bad.value, bad.reason = f.json(), "out_of_range"
	case 4:
		f.driver = strings.Repeat("x", 65)
		bad.value, bad.reason = f.json(), "too_long"
	case 5:
		bad.value, bad.reason = strings.Replace(good.value, `"lat":`, `"latitude":`, 1), "missing"
	case 6:
		bad.value, bad.reason = strings.Replace(good.value, `"lat":`, `"lat":NaN,"x":`, 1), "bad_json"
	case 7:
		bad.value, bad.reason = strings.Replace(good.value, `"ts":`, `"ts":"soon","x":`, 1), "wrong_type"
	}
	return bad
}

// json is the record as an app sends it, with a field that nobody knows.
func (f *fix) json() string {
	record := map[string]any{"driverId": f.driver, "ts": f.ts, "lat": f.lat, "lon": f.lon, "appVersion": "7.1"}
	maps.Copy(record, f.optional)
	text, err := json.Marshal(record)
	if err != nil {
		panic(err) // numbers and texts always encode
	}
	return string(text)
}

func round(v float64) float64 { return float64(int(v*1e6)) / 1e6 }
