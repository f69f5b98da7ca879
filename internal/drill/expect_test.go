package drill

import (
	"strings"
	"testing"
	"time"

	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
	"sluice/internal/drill/watch"
)

// falling is the lag of a pipeline that is at rest from a moment on.
func falling(of string, rest float64) watch.Series {
	s := watch.Series{Measure: watch.Lag, Of: of}
	for at := range 400 {
		value := 1e6
		if float64(at) >= rest {
			value = 0
		}
		s.Points = append(s.Points, watch.Point{At: float64(at), Value: value})
	}
	return s
}

func TestExpectationsHoldOrAreTheFirstToFail(t *testing.T) {
	away := func(d *script.Drill) {
		d.Faults = []script.Fault{once("kill-server", "elastic", 60*time.Second, 60*time.Second)}
	}
	for name, c := range map[string]struct {
		expect script.Expect
		spoil  func(*world)
		first  string // failure; "" = it holds
		seen   string // by an expectation that was judged
	}{
		"refused in time":       {script.Expect{Refuses: 5 * time.Second}, func(w *world) { w.unrefused = 2 * time.Second }, "", "503 after 2.0 s"},
		"refused too late":      {script.Expect{Refuses: 5 * time.Second}, func(w *world) { w.unrefused = 6 * time.Second }, "refuses within 5s of kill-server: not within 5s", ""},
		"the right one first":   {script.Expect{First: "gps-live"}, lagging(130, 150), "", "gps-live after "},
		"the wrong one first":   {script.Expect{First: "gps-live"}, lagging(150, 130), "first is gps-live: gps-history after ", ""},
		"both at once":          {script.Expect{First: "gps-live"}, lagging(150, 150), "first is gps-live: ", ""},
		"it never catches up":   {script.Expect{First: "gps-live"}, lagging(900, 900), "first is gps-live: gps-live never", ""},
		"the other one never":   {script.Expect{First: "gps-live"}, lagging(130, 900), "", "gps-history never"},
		"nobody has such a lag": {script.Expect{First: "gps-live"}, func(*world) {}, "first is gps-live: ", ""},
		"a pipeline of nobody":  {script.Expect{First: "gps-love"}, func(*world) {}, "expect.first: there is no pipeline gps-love", ""},
		"level memory":          {script.Expect{Flat: 0.1}, func(*world) {}, "", "95.4 MiB before, 95.4 MiB during: +0.0 %"},
		"growing memory":        {script.Expect{Flat: 0.1}, func(w *world) { w.grows = 1e6 }, "memory of pipelines-1 while kill-server lasts: ", ""},
		"too short to say":      {script.Expect{Flat: 0.1}, func(w *world) { w.quick = true }, "memory of pipelines-1 while kill-server lasts: ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := simple()
			if d.Expect.Refuses, d.Expect.First, d.Expect.Flat = c.expect.Refuses, c.expect.First, c.expect.Flat; d.Expect.Refuses == 0 {
				away(&d)
			}
			said, _ := play(t, Config{}, d, func(w *world) {
				c.spoil(w)
				if w.quick {
					d.Faults[0].After, d.Faults[0].For = 0, time.Second
				}
			})
			if c.first != "" {
				if said.Verdict != report.Failed || len(said.Failures) == 0 || !strings.HasPrefix(said.Failures[0], c.first) {
					t.Errorf("%s, %q: want first %q", said.Verdict, said.Failures, c.first)
				}
				return
			}
			if last := said.Bites[len(said.Bites)-1]; c.seen != "" && !strings.Contains(said.Bites[0].Seen+last.Seen, c.seen) {
				t.Errorf("%+v: want %q", said.Bites, c.seen)
			}
			if said.Verdict != report.Held {
				t.Errorf("%s, %q", said.Verdict, said.Failures)
			}
		})
	}
}

func lagging(live, past float64) func(*world) {
	return func(w *world) { w.series = []watch.Series{falling("gps-live", live), falling("gps-history", past)} }
}
