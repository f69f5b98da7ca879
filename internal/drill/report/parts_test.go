package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/internal/drill/watch"
)

func TestThinKeepsPeaks(t *testing.T) {
	points := make([]watch.Point, 3600)
	for i := range points {
		points[i] = watch.Point{At: float64(i), Value: 10}
	}
	points[1234].Value, points[2001].Value = 999, 0
	kept := thin(points)
	if len(kept) > 2*buckets || !slices.Contains(kept, points[1234]) || !slices.Contains(kept, points[2001]) {
		t.Errorf("%d points are left, and a peak or a hole is not among them", len(kept))
	}
	if !slices.IsSortedFunc(kept, func(a, b watch.Point) int { return int(a.At - b.At) }) {
		t.Error("time goes back")
	}
}

func TestSilenceIsAGapInTheLine(t *testing.T) {
	points := []watch.Point{{At: 0, Value: 1}, {At: 1, Value: 1}, {At: 2, Value: 1}, {At: 12, Value: 1}, {At: 30, Value: 1}, {At: 31, Value: 1}}
	if n := len(pieces(points, 1)); n != 3 {
		t.Errorf("%d pieces, want 3", n)
	}
	if d := path(points, 31, 1, 4); strings.Count(d, "M") != 3 || strings.Count(d, "h.1") != 1 {
		t.Errorf("path %s", d)
	}
}

func TestRatesAreOverAWindow(t *testing.T) {
	var points []watch.Point
	for i := range 60 { // a commit every second look, of 800
		points = append(points, watch.Point{At: float64(i), Value: float64(i/2) * 800})
	}
	for _, p := range rates(points)[10:] {
		if p.Value < 300 || p.Value > 500 {
			t.Errorf("at %v the rate is %v, and it is 400", p.At, p.Value)
		}
	}
	if rates(nil) != nil {
		t.Error("nothing has a rate")
	}
}

func TestBarsThatOverlapLieBelowEachOther(t *testing.T) {
	c := sampled(1, 100, 1, 0)
	d := &c.Drills[0]
	at := func(s float64) time.Time { return d.Began.Add(time.Duration(s * float64(time.Second))) }
	for _, span := range [][2]float64{{10, 40}, {20, 30}, {35, 50}, {60, 70}} {
		d.Injections = append(d.Injections, Injection{Round: 1, Fault: "x", Injecting: at(span[0]), InForce: at(span[0] + 1), Healing: at(span[1] - 1), Healed: at(span[1])})
	}
	got := timelineOf(d, 100)
	lanes := []int{}
	for _, b := range got.Bars {
		lanes = append(lanes, b.Lane)
	}
	if !slices.Equal(lanes, []int{0, 1, 1, 0}) || got.Lanes != 2 {
		t.Errorf("lanes %v of %d", lanes, got.Lanes)
	}
	if b := got.Bars[1]; b.X != 20 || b.W != 10 || b.Coming != 10 || b.Going != 90 {
		t.Errorf("%+v", b)
	}
}

func TestManyFaultsAreSummedUp(t *testing.T) {
	d := &sampled(1, 600, 1, 30).Drills[0]
	for i := range d.Injections {
		if i%3 == 0 {
			d.Injections[i].Fault = "cut"
		}
	}
	d.Injections[3].Searchable.Seconds = -1
	got := recoveries(d)
	if len(got) != 2 || got[0].What != "cut · elastic" || got[0].Times != 10 || got[1].Times != 20 || got[0].Found.Slowest != "never" || got[1].Found.Slowest != "2.9 s" || got[1].Consuming.Median != "4.1 s" {
		t.Errorf("%+v", got)
	}
	if lanes := timelineOf(d, 600); !slices.Equal(lanes.Kinds, []string{"cut · elastic", "kill-server · elastic"}) || lanes.Lanes != 2 || lanes.Bars[3].Lane != 0 || lanes.Bars[4].Lane != 1 {
		t.Errorf("lanes %v", lanes.Kinds)
	}
	if few := recoveries(&sampled(1, 40, 1, 3).Drills[0]); few != nil {
		t.Errorf("three were summed up: %v", few)
	}
}

func TestDrainsAreOfTheRoundsLastHealing(t *testing.T) {
	c := sampled(1, 90, 1, 0)
	d := &c.Drills[0]
	at := func(s float64) time.Time { return d.Began.Add(time.Duration(s * float64(time.Second))) }
	d.Injections = []Injection{
		{Round: 1, Injecting: at(10), Healed: at(20)},
		{Round: 1, Injecting: at(12), Healed: at(25)},
		{Round: 2, Injecting: at(60), Healed: at(70)},
		{Round: 3, Injecting: at(80)},
	}
	lag := watch.Series{Measure: watch.Lag, Of: "gps-live"}
	for s := range 90 {
		value := 0.0
		if s >= 10 && s < 31 || s >= 60 {
			value = 5000
		}
		lag.Points = append(lag.Points, watch.Point{At: float64(s), Value: value})
	}
	d.Watched.Series = []watch.Series{lag}
	got := Drains(d)
	want := []watch.Drain{{Pipeline: "gps-live", Healed: 25, Peak: 5000, Seconds: 6}, {Pipeline: "gps-live", Healed: 70, Peak: 5000, Seconds: -1}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		grouped(1234567): "1,234,567", grouped(999): "999", grouped(-1000): "−1,000",
		short(12345): "12.3k", short(1234567): "1.2M", short(9999): "9999", short(50_000): "50k", plainScale(11).ticks()[1].Text: "7.5",
		lasting(90 * time.Second): "1 min 30 s", lasting(2500 * time.Millisecond): "2.5 s", lasting(3661 * time.Second): "1 h 01 min",
		seconds(-1): "never", clock(3725): "1:02:05", clock(65): "1:05",
		figure("gps-live: 10429 = stored 9409"): "10.4k", figure("a fresh ping was found after 806 ms"): "806 ms", figure("nothing"): "",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for n, want := range map[float64]float64{0: 1, 3: 3, 9: 10, 10: 10, 11: 15, 21: 25, 780: 800, 810: 1000} {
		if got := roundUp(n); got != want {
			t.Errorf("roundUp(%v) = %v, want %v", n, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	c := troubled()
	held, failed, cannot := Line(&c.Drills[0]), Line(&c.Drills[1]), Line(&c.Drills[2])
	for line, want := range map[string][]string{
		held:   {"held", "elastic-killed-1", "3 injected in 40.0 s", "11 of 11 assertions hold", "15,840 pings acknowledged", "found after 2.5 s", "stopped in 1.2 s"},
		failed: {"failed", "9 of 11 assertions hold", "found after never", "FIRST: L1 no loss fails"},
		cannot: {"cannot", "the machine has no cgroup"},
	} {
		for _, part := range want {
			if !strings.Contains(line, part) {
				t.Errorf("%q does not say %q", line, part)
			}
		}
		if strings.Contains(line, "\n") {
			t.Errorf("%q is more than a line", line)
		}
	}
	summary := Summary(c)
	for _, part := range []string{"1 of 4 drills did not hold; seed 4711", "of them lost", "elastic-killed-2 failed first by: L1"} {
		if !strings.Contains(summary, part) {
			t.Errorf("%q does not say %q", summary, part)
		}
	}
}

func TestNothingReadAgainIsAFigure(t *testing.T) {
	c := sampled(1, 40, 1, 1)
	for sums, name := range map[*watch.Sums]string{{"consumed": 7, "redelivered": 0}: "0", {"redelivered": 12}: "12", {"consumed": 7}: "", {}: ""} {
		c.Drills[0].Watched.Sums = *sums
		said := ""
		for _, box := range figures(c) {
			if strings.Contains(box.Name, "read again") {
				said = box.Number
			}
		}
		if said != name {
			t.Errorf("read again: %q, want %q", said, name)
		}
	}
}

// Nought is a figure, and what nobody knows is none.
func TestWhatIsNotKnownIsNoNought(t *testing.T) {
	for want, sums := range map[string]watch.Sums{"0": {"consumed": 7, "redelivered": 0}, "unknown": {"consumed": 7}} {
		c := sampled(1, 40, 1, 1)
		c.Drills[0].Watched.Sums = sums
		if s := sheetOf(&c.Drills[0], 0, 1); !slices.Contains(s.Sums, fact{"redelivered", want}) {
			t.Errorf("%v, want redelivered %s", s.Sums, want)
		}
	}
}

func TestWhatWasTriedIsAlwaysNamed(t *testing.T) {
	c := sampled(1, 40, 1, 1)
	if got := facts(c); !slices.Contains(got, fact{"sluice", "v0.5.0"}) || !slices.Contains(got, fact{"commit", "abc1234"}) {
		t.Error(got)
	}
	c.Versions = []Version{{"Kafka", "4.1.1"}, {"sluice", ""}}
	want := []fact{{"sluice", "unknown"}, {"commit", "unknown"}, {"Kafka", "4.1.1"}}
	if got := facts(c); !slices.Equal(got[len(got)-3:], want) {
		t.Errorf("%v, want it to end with %v", got, want)
	}
}

// A load of orders is none of pings, and is lost when a member's orders do not count.
func TestALoadIsCalledWhatItIs(t *testing.T) {
	c := sampled(2, 40, 1, 1)
	d := &c.Drills[1]
	d.Load.Members, d.Load.Acked, d.Catalogue = 2000, 1, []int{12, 14, 15}
	d.Assertions = []Assertion{{ID: "L7a", Name: "counts", State: stateFails, Detail: "3 faults; the orders of 2000 members"}}
	if line := Line(d); !strings.Contains(line, "1 event of orders acknowledged") {
		t.Error(line)
	}
	for i, want := range []string{"400 pings a second, of 400 drivers", "400 events of orders a second, of 2,000 members"} {
		if got := c.Drills[i].Load.Asked(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	boxes := figures(c)
	for _, want := range []figureBox{
		{Number: "3", Name: "of them lost", State: "bad"},
		{Number: "3", Unit: "of 36", Name: "faults of the catalogue played and held"},
	} {
		if !slices.Contains(boxes, want) {
			t.Errorf("%+v lacks %+v", boxes, want)
		}
	}
	d.Verdict = Failed
	if n := rowsPlayed(c); n != 1 {
		t.Errorf("%d rows, one of them by a drill that failed", n)
	}
}
