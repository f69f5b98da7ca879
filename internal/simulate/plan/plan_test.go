package plan

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/schemas"
)

func every() Plan {
	return Plan{
		Run: "sim-test-", Seed: 7, Start: 1_790_000_000_000, Rate: 5000, Drivers: 1000, Records: 200_000, Batch: 100,
		Shares: Shares{Late: 0.05, Ahead: 0.01, Teleport: 0.01, Poison: 0.02, Doubled: 0.05, Disordered: 0.02, Topic: 0.5},
		Rules:  Rules{MaxAge: 60_000, ClockAhead: 2_000, Outliers: true},
	}
}

func author(t testing.TB, p Plan) *Author {
	t.Helper()
	a, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRecordsAreWhatTheySay(t *testing.T) {
	a := author(t, every())
	kinds := map[Kind]int64{}
	var ping schemas.Ping
	for n := range a.Records {
		r := a.Record(n)
		kinds[r.Kind]++
		line := a.Append(nil, &r)
		if got, ok := a.NumberOf(line); !ok || got != n {
			t.Fatalf("record %d says that it is %d, %v: %q", n, got, ok, line)
		}
		err := schemas.DecodePing(&ping, line)
		if r.Kind.Poison() {
			field, ok := errors.AsType[*schemas.FieldError](err)
			if !ok || field.Code != r.Code() {
				t.Fatalf("poison %q: %v, want %s", line, err, r.Code())
			}
			continue
		}
		if err != nil || ping.Seq != n || ping.TS != r.TS || ping.Lat != float64(r.LatE6)/1e6 || ping.Lon != float64(r.LonE6)/1e6 ||
			ping.Speed != float64(r.Speed)/10 || ping.Heading != float64(r.Heading) || ping.Status != r.Status || ping.Unknown != 0 {
			t.Fatalf("record %d: %+v from %q, %v", n, ping, line, err)
		}
		due := a.Start + a.Due(n).Milliseconds()
		if late := due-r.TS > a.Rules.MaxAge; late != (r.Kind == Late) {
			t.Errorf("record %d of kind %d is %d ms old when it is due", n, r.Kind, due-r.TS)
		}
		if ahead := r.TS-due > a.Rules.ClockAhead; ahead != (r.Kind == Ahead) {
			t.Errorf("record %d of kind %d is %d ms ahead when it is due", n, r.Kind, r.TS-due)
		}
	}
	for kind, share := range map[Kind]float64{Late: 0.05, Ahead: 0.01, Teleport: 0.01, Refused: 0.01, Dead: 0.01} {
		if got := float64(kinds[kind]) / float64(a.Records); math.Abs(got-share) > share/5 {
			t.Errorf("kind %d is %.4f of the records, want %.4f", kind, got, share)
		}
	}
}

func TestDriversMoveBelowTheOutlierGate(t *testing.T) {
	a := author(t, every())
	last := map[int64]Record{}
	moved := 0
	for n := range a.Records {
		r := a.Record(n)
		if r.Kind != Plain {
			continue
		}
		was, ok := last[r.Driver]
		last[r.Driver] = r
		if !ok {
			continue
		}
		metres := math.Hypot(float64(r.LatE6-was.LatE6)*0.1112, float64(r.LonE6-was.LonE6)*0.0951)
		if seconds := float64(r.TS-was.TS) / 1000; metres > 20*seconds+1 {
			t.Fatalf("driver %d goes %.0f m in %.1f s", r.Driver, metres, seconds)
		}
		if metres > 0 {
			moved++
		}
	}
	if moved < int(a.Records)*8/10 {
		t.Errorf("only %d pings show movement", moved)
	}
}

func TestEveryRecordIsSentOnceAndDoublesTwice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := every()
		p.Seed = rapid.Uint64().Draw(rt, "seed")
		p.Records = rapid.Int64Range(1, 5000).Draw(rt, "records")
		p.Batch = rapid.Int64Range(1, 700).Draw(rt, "batch")
		p.Rate = rapid.Float64Range(1, 10_000).Draw(rt, "rate")
		p.Shares.Disordered = rapid.Float64Range(0, 0.5).Draw(rt, "disordered")
		p.Shares.Doubled = rapid.Float64Range(0, 0.5).Draw(rt, "doubled")
		a, err := New(p)
		if err != nil {
			rt.Fatal(err)
		}
		w := a.Walker()
		first, again := make([]int64, p.Records), make([]int64, p.Records)
		for b := range a.Blocks() {
			for _, s := range w.Next(nil) {
				if s.Again {
					again[s.N]++
					if first[s.N] == 0 {
						rt.Fatalf("record %d is sent again before it was sent", s.N)
					}
				} else {
					first[s.N]++
				}
				if held := b - s.N/p.Batch; held < 0 || held > 2*a.spread() {
					rt.Fatalf("record %d travels in block %d", s.N, b)
				}
			}
		}
		for n := range p.Records {
			want := int64(0)
			if a.Doubled(n) {
				want = 1
			}
			if first[n] != 1 || again[n] != want {
				rt.Fatalf("record %d is sent %d times and %d again, want 1 and %d", n, first[n], again[n], want)
			}
		}
	})
}

func TestOnlyValuesOfTheRunHaveANumber(t *testing.T) {
	a := author(t, every())
	for _, value := range []string{
		"", "{}", `{"driverId":"sim-other-0000001","seq":1}`, `{"driverId":"sim-test-0000001"}`, `{"driverId":"sim-test-0000001","seq":x}`,
		`{"driverId":"sim-test-0000001","seq":200000}`, `{"driverId":"sim-test-0000001","seq":-1}`, `{"driverId":"sim-test-0000001","seq":99999999999999999999}`,
	} {
		if n, ok := a.NumberOf([]byte(value)); ok {
			t.Errorf("%s is record %d", value, n)
		}
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	for want, spoil := range map[string]func(*Plan){
		"run":       func(p *Plan) { p.Run = "Sim" },
		"start":     func(p *Plan) { p.Start = 0 },
		"rate":      func(p *Plan) { p.Rate = math.NaN() },
		"drivers":   func(p *Plan) { p.Drivers = 0 },
		"records":   func(p *Plan) { p.Records = 0 },
		"batch":     func(p *Plan) { p.Batch = 0 },
		"late is":   func(p *Plan) { p.Shares.Late = -0.1 },
		"doubled":   func(p *Plan) { p.Shares.Doubled = 1.1 },
		"more than": func(p *Plan) { p.Shares.Late, p.Shares.Poison = 0.6, 0.6 },
	} {
		p := every()
		spoil(&p)
		if _, err := New(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	a := author(b, every())
	w := a.Walker()
	var line []byte
	var sends []Send
	for n := 0; n < b.N; n += len(sends) {
		sends = w.Next(sends[:0])
		line = line[:0]
		for _, s := range sends {
			r := a.Record(s.N % a.Records)
			line = a.Append(line, &r)
		}
		if len(sends) == 0 {
			w = a.Walker()
		}
	}
	b.SetBytes(int64(len(line)) / 100)
}
