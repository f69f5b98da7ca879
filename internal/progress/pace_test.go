package progress

import (
	"math"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// moment is a fixed time; s is that many seconds after it.
func moment(s float64) time.Time {
	return time.UnixMilli(1_790_000_000_000).Add(time.Duration(s * float64(time.Second)))
}

func one(at float64, o Offsets) *Sample { return &Sample{At: moment(at), Partitions: []Offsets{o}} }

func TestPaces(t *testing.T) {
	nan := math.NaN()
	cases := map[string]struct {
		before, after *Sample
		want          Pace
	}{
		"first sample": {
			&Sample{At: moment(0)}, one(0, Offsets{Committed: 10, End: 30}),
			Pace{Lag: 20, Oldest: Unknown, Settled: nan, Produced: nan, Drain: Unknown},
		},
		"catching up": {
			one(0, Offsets{Committed: 0, End: 10_000}), one(2, Offsets{Committed: 4000, End: 11_000, Oldest: moment(-60)}),
			Pace{Lag: 7000, Oldest: 62 * time.Second, Settled: 2000, Produced: 500, Drain: 14_000 * time.Millisecond / 3},
		},
		"falling behind": {
			one(0, Offsets{Committed: 0, End: 10_000}), one(1, Offsets{Committed: 100, End: 10_300, Oldest: moment(0)}),
			Pace{Lag: 10_200, Oldest: time.Second, Settled: 100, Produced: 300, Drain: Never},
		},
		"standing still": {
			one(0, Offsets{Committed: 5, End: 10}), one(2, Offsets{Committed: 5, End: 10, Oldest: moment(-1)}),
			Pace{Lag: 5, Oldest: 3 * time.Second, Drain: Never},
		},
		"standing still for less than a commit takes": {
			one(0, Offsets{Committed: 5, End: 10}), one(1, Offsets{Committed: 5, End: 10, Oldest: moment(-1)}),
			Pace{Lag: 5, Oldest: 2 * time.Second, Drain: Unknown},
		},
		"between two commits": {
			one(0, Offsets{Committed: 0, End: 900}), one(1, Offsets{Committed: 1000, End: 1900, Oldest: moment(0)}),
			Pace{Lag: 900, Oldest: time.Second, Settled: 1000, Produced: 1000},
		},
		"nothing to do": {
			one(0, Offsets{Committed: 7, End: 7}), one(1, Offsets{Committed: 7, End: 7}), Pace{},
		},
		"never committed": {
			one(0, Offsets{Committed: -1, Start: 100, End: 150}), one(3, Offsets{Committed: -1, Start: 100, End: 150, Oldest: moment(3)}),
			Pace{Lag: 50, Drain: Never},
		},
		"retention overtook the commit": {
			one(0, Offsets{Committed: 10, Start: 0, End: 100}), one(1, Offsets{Committed: 10, Start: 40, End: 100, Oldest: moment(1)}),
			Pace{Lag: 60, Settled: 30, Drain: 2 * time.Second},
		},
		"a group set back": {
			one(0, Offsets{Committed: 100, End: 100}), one(2, Offsets{Committed: 0, End: 100, Oldest: moment(0)}),
			Pace{Lag: 100, Oldest: 2 * time.Second, Drain: Never},
		},
		"written by a clock ahead": {
			one(0, Offsets{Committed: 0, End: 1}), one(5, Offsets{Committed: 0, End: 1, Oldest: moment(9)}),
			Pace{Lag: 1, Drain: Never},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := Paces(c.before, c.after)[0]
			if !same(got, c.want) {
				t.Errorf("\n%+v, not\n%+v", got, c.want)
			}
		})
	}
}

func same(a, b Pace) bool {
	close := func(x, y float64) bool { return math.Abs(x-y) < 1e-6 || (math.IsNaN(x) && math.IsNaN(y)) }
	return a.Lag == b.Lag && a.Oldest == b.Oldest && close(a.Settled, b.Settled) && close(a.Produced, b.Produced) &&
		(a.Drain-b.Drain).Abs() < time.Millisecond
}

func TestTotal(t *testing.T) {
	got := Total([]Pace{
		{Lag: 100, Oldest: time.Second, Settled: 50, Produced: 10},
		{Lag: 0, Settled: 20, Produced: 20},
		{Lag: 300, Oldest: Unknown, Settled: 30, Produced: 40},
	})
	if want := (Pace{Lag: 400, Oldest: time.Second, Settled: 100, Produced: 70, Drain: 400 * time.Second / 30}); !same(got, want) {
		t.Errorf("%+v, not %+v", got, want)
	}
	if got := Total(nil); !math.IsNaN(got.Settled) || got.Lag != 0 {
		t.Errorf("of none: %+v", got)
	}
	if got := Total([]Pace{{Lag: 1, Oldest: Unknown, Settled: 1}, {}}); got.Oldest != Unknown {
		t.Errorf("an age that is not known became %s", got.Oldest)
	}
}

// TestDrainComesTrue: at the pace that was measured, the lag is gone after that time and not before.
func TestDrainComesTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		settled := float64(rapid.IntRange(0, 50_000).Draw(t, "settled"))
		produced := float64(rapid.IntRange(0, 50_000).Draw(t, "produced"))
		p := Pace{Lag: rapid.Int64Range(0, 1e9).Draw(t, "lag"), Settled: settled, Produced: produced}
		left := func(after time.Duration) float64 { return float64(p.Lag) - (settled-produced)*after.Seconds() }
		switch d := p.drain(); {
		case d == Never:
			if settled > produced && p.Lag < 1e8 {
				t.Fatalf("never, at a gain of %g", settled-produced)
			}
		case d == 0:
			if p.Lag > 0 && float64(p.Lag) > 2*produced {
				t.Fatalf("keeps up with a lag of %d", p.Lag)
			}
		case left(d+time.Millisecond) > 1e-3*float64(p.Lag)+1 || left(d-time.Second) < 0 && d > time.Second:
			t.Fatalf("after %s %g are left", d, left(d))
		}
	})
}

func TestHistoryMeasuresOverItsWindow(t *testing.T) {
	h := NewHistory(10 * time.Second)
	if paces := h.Paces(); paces != nil {
		t.Fatal("paces without a sample")
	}
	for s := range 300 { // settles 100/s, but only every fifth second shows it
		h.Add(*one(float64(s), Offsets{Committed: int64(s / 5 * 500), End: 1e6}))
		paces := h.Paces()
		if s == 0 && !math.IsNaN(paces[0].Settled) {
			t.Fatalf("a rate from one sample: %+v", paces[0])
		}
		if s >= 20 && (paces[0].Settled < 99 || paces[0].Settled > 101) {
			t.Fatalf("at %d s: %g records per second", s, paces[0].Settled)
		}
		if still := h.Still(0); still != time.Duration(s%5)*time.Second || h.Still(1) != 0 {
			t.Fatalf("at %d s: still for %s", s, still)
		}
	}
	for s := range 1000 {
		h.Add(*one(300+float64(s)/1000, Offsets{Committed: 1, End: 1}))
	}
	if len(h.samples) > mostSamples {
		t.Errorf("%d samples are kept", len(h.samples))
	}
	if newest, ok := h.Newest(); !ok || newest.At != moment(300.999) {
		t.Errorf("the newest is of %s", newest.At)
	}
}
