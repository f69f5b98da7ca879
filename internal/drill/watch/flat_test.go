package watch

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// line makes a series of a point a second.
func line(n int, value func(at float64) float64) *Series {
	s := &Series{Measure: RSS, Of: "gateway-1"}
	for i := range n {
		s.Points = append(s.Points, Point{At: float64(i), Value: value(float64(i))})
	}
	return s
}

func TestFlat(t *testing.T) {
	const mib = 1 << 20
	early, late := Span{From: 60, To: 3600}.Thirds()
	for name, c := range map[string]struct {
		value        func(at float64) float64
		cfg          FlatConfig
		judged, flat bool
		n            int
	}{
		"level":                   {func(float64) float64 { return 50 * mib }, FlatConfig{}, true, true, 3600},
		"a leak of 1 % a minute":  {func(at float64) float64 { return 50 * mib * (1 + at/6000) }, FlatConfig{}, true, false, 3600},
		"smaller in the end":      {func(at float64) float64 { return 90*mib - at*1000 }, FlatConfig{}, true, true, 3600},
		"a start that is not yet": {func(at float64) float64 { return min(at, 60) * mib }, FlatConfig{}, true, true, 3600},
		"saw teeth":               {func(at float64) float64 { return (50 + float64(int(at)%20)) * mib }, FlatConfig{}, true, true, 3600},
		"restarts are small":      {func(at float64) float64 { return (50 - 40*float64(int(at)%300/290)) * mib }, FlatConfig{}, true, true, 3600},
		"small growth allowed":    {func(at float64) float64 { return 20*mib + at*2000 }, FlatConfig{Slack: 8 * mib}, true, true, 3600},
		"large growth is not":     {func(at float64) float64 { return 20*mib + at*8000 }, FlatConfig{Slack: 8 * mib}, true, false, 3600},
		"too short to say":        {func(float64) float64 { return mib }, FlatConfig{}, false, false, 100},
	} {
		t.Run(name, func(t *testing.T) {
			got := Flat(line(c.n, c.value), early, late, c.cfg)
			if got.Judged != c.judged || got.Flat != c.flat || got.Detail == "" {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestDrainsSayWhoWasFirst(t *testing.T) {
	lagging := func(of string, falls float64) Series {
		s := line(100, func(at float64) float64 { return max(0, 10_000-max(0, at-20)*falls) })
		return Series{Measure: Lag, Of: of, Points: s.Points}
	}
	r := Record{Series: []Series{lagging("gps-history", 250), lagging("gps-live", 5000), lagging("never", 0)}}
	got := r.Drains(Span{From: 20, To: 90}, 500)
	want := []Drain{
		{Pipeline: "gps-live", Healed: 20, Peak: 10_000, Seconds: 2},
		{Pipeline: "gps-history", Healed: 20, Peak: 10_000, Seconds: 38},
		{Pipeline: "never", Healed: 20, Peak: 10_000, Seconds: -1},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestARecordComesBackFromItsJSON(t *testing.T) {
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r := Record{Began: began, Every: 1, Series: []Series{{Measure: Settled, Of: "gps-live", Points: []Point{{1.5, 18_000_001}, {2.5, 0.25}}}}}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Record
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(back.Series[0].Points, r.Series[0].Points) || back.At(began.Add(2*time.Second)) != 2 {
		t.Errorf("%s came back as %+v", text, back)
	}
}
