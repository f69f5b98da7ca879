package drill

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/drill/fault"
	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
)

func once(kind, on string, after, lasts time.Duration) script.Fault {
	return script.Fault{Kind: kind, On: on, After: after, For: lasts}
}

// simple is a drill with one fault of 5 s.
func simple() script.Drill {
	d := script.Usual()
	d.Name, d.About, d.Catalogue = "simple", "x", []int{1}
	d.Faults = []script.Fault{once("kill-server", "elastic", 0, 5*time.Second)}
	d.Expect.Bites = []script.Bite{{Name: "retried", Op: ">"}}
	return d
}

// play plays one drill in virtual time.
func play(t *testing.T, cfg Config, d script.Drill, spoil func(*world)) (said report.Drill, w *world) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w = newWorld()
		spoil(w)
		r, err := New(cfg, w, silent{})
		if err != nil {
			t.Fatal(err)
		}
		said = r.Run(t.Context(), []script.Drill{d})[0]
	})
	return said, w
}

func TestAFaultIsInjectedAsOftenAsAsked(t *testing.T) {
	said, w := play(t, Config{Times: 3}, simple(), func(*world) {})
	if said.Verdict != report.Held || len(said.Failures) > 0 || len(said.Injections) != 3 || said.Run != "sim-x-" || said.Load.Acked != 9 || said.Load.Rate != 400 {
		t.Errorf("%+v", said)
	}
	for n, i := range said.Injections {
		if i.Round != n+1 || i.Healing.Sub(i.InForce) != 5*time.Second || !i.Searchable.Asked || i.Searchable.Seconds != 1 || i.Consuming.Asked {
			t.Errorf("%+v", i)
		}
	}
	if len(said.Assertions) != 12 || len(said.Bites) != 1 || !said.Bites[0].Held || len(said.Stops) != 1 || !w.struck {
		t.Errorf("%+v", said)
	}
}

func TestFaultsFollowOneAnother(t *testing.T) {
	d := simple()
	d.Faults = []script.Fault{once("x", "a", 0, 5*time.Second), once("x", "b", 2*time.Second, 4*time.Second), once("x", "c", time.Second, 0)}
	_, w := play(t, Config{}, d, func(*world) {})
	var did []string
	start := ""
	for _, line := range w.lines {
		at, what, _ := strings.Cut(line, " ")
		if start == "" {
			start = at
		}
		span, err := time.ParseDuration(at + "s")
		begin, _ := time.ParseDuration(start + "s")
		if err != nil {
			t.Fatal(err)
		}
		did = append(did, (span-begin).String()+" "+what)
	}
	want := []string{"0s inject a", "2s inject b", "3s inject c", "3s heal c", "5s heal a", "6s heal b", "6s probe of sim-x-"}
	if !slices.Equal(did, want) {
		t.Errorf("it went\n%q, want\n%q", did, want)
	}
}

func TestWhatDoesNotHoldFails(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*world)
		drill func(*script.Drill)
		first string
	}{
		"the fault does not bite": {spoil: func(w *world) { w.grown["retried"] = 0 }, first: "round 1 did not bite: want retried > 0, retried was 0"},
		"it bites only once":      {spoil: func(w *world) { w.onceOnly = true }, first: "round 2 did not bite: want retried > 0, retried was 0"},
		"it bites too little": {
			drill: func(d *script.Drill) { d.Expect.Bites[0].Than = 10 }, first: "the fault did not bite: want retried > 10, retried was 10",
		},
		"clients do not feel it": {
			drill: func(d *script.Drill) { d.Expect.Bites = []script.Bite{{Name: "client-503", Op: ">", Than: 2}} }, first: "the fault did not bite: want client-503 > 2, client-503 was 2",
		},
		"nobody observes the bite": {
			drill: func(d *script.Drill) { d.Expect.Bites = []script.Bite{{Name: "hexed", Op: ">"}} }, first: "nobody observes hexed",
		},
		"what a fault tells does not bite": {
			drill: func(d *script.Drill) { d.Expect.Bites = []script.Bite{{Name: "spoilt-items", Op: ">"}} }, first: "did not bite: want spoilt-items > 0, spoilt-items was 0",
		},
		"a ping is found late": {spoil: func(w *world) { w.unfound = 31 * time.Second }, first: "searchable after healing: not within 30s"},
		"consuming late": {
			spoil: func(w *world) { w.stillFor = 11 * time.Second }, drill: func(d *script.Drill) { d.Expect.Consuming = 10 * time.Second },
			first: "consuming after kill-server: not within 10s: nothing is committed of gps-live in partition 0",
		},
		"a partition stands still after healing": {spoil: func(w *world) { w.stillFor = time.Hour }, first: "all pipelines after healing: not within 30s: nothing is committed of gps-live in partition 0"},
		"a commit goes back":                     {spoil: func(w *world) { w.back = true }, first: "L9: gps-live in partition 0 had committed "},
		"an assertion fails":                     {spoil: func(w *world) { w.stateOf["L1"] = fails }, first: "L1  fails: because"},
		"an assertion is not judged":             {spoil: func(w *world) { w.stateOf["L8"] = notJudged }, first: "L8  was not judged: because"},
		"an assertion that may be unjudged fails": {
			spoil: func(w *world) { w.stateOf["L8"] = fails }, drill: func(d *script.Drill) { d.Expect.NA = map[string]string{"L7": "x", "L8": "x"} }, first: "L8  fails",
		},
		"an assertion is missing":          {spoil: func(w *world) { w.without = "L5" }, first: "L5 was not judged"},
		"an unknown state":                 {spoil: func(w *world) { w.stateOf["L5"] = "maybe" }, first: "L5  was not judged"},
		"a process stops badly":            {spoil: func(w *world) { w.stop.Code = 137 }, first: "pipelines-1 ended with 137"},
		"a process stops late":             {spoil: func(w *world) { w.stop.Seconds = 10.1 }, first: "pipelines-1 took 10.1 s to stop"},
		"a process leaves something":       {spoil: func(w *world) { w.stop.Left = "gps-live left 3 records" }, first: "pipelines-1 left something: gps-live left 3 records"},
		"not all is committed":             {spoil: func(w *world) { w.leaves = true }, first: "after the stop: gps-live in partition 0 has committed "},
		"a fault cannot be injected":       {spoil: func(w *world) { w.injectErr = errors.New("nobody there") }, first: "injecting kill-server on elastic: nobody there"},
		"a fault cannot be healed":         {spoil: func(w *world) { w.healErr = errors.New("it is dead") }, first: "healing kill-server on elastic: it is dead"},
		"leaders do not come back":         {spoil: func(w *world) { w.uneven = errors.New("giving leaders back: 3 partitions") }, first: "giving leaders back"},
		"the processes are not ready":      {spoil: func(w *world) { w.unready = errors.New("no ports") }, first: "starting the processes: no ports"},
		"the stage cannot be set":          {spoil: func(w *world) { w.cannot = errors.New("no disk") }, first: "setting the stage: no disk"},
		"nothing is stored from the start": {spoil: func(w *world) { w.injected, w.stillFor = time.Now(), time.Hour }, first: "before any fault: nothing is committed"},
		"the load ends by itself":          {spoil: func(w *world) { w.quits = true }, first: "the load ended by itself"},
	} {
		t.Run(name, func(t *testing.T) {
			d := simple()
			if c.drill != nil {
				c.drill(&d)
			}
			spoil := c.spoil
			if spoil == nil {
				spoil = func(*world) {}
			}
			said, _ := play(t, Config{Times: 2}, d, spoil)
			if said.Verdict != report.Failed || len(said.Failures) == 0 || !strings.Contains(said.Failures[0], c.first) {
				t.Errorf("%s, %q: want first %q", said.Verdict, said.Failures, c.first)
			}
		})
	}
}

func TestWhatIsExcusedHolds(t *testing.T) {
	d := simple()
	d.Expect.NA["L8"], d.Expect.Consuming = "a killed process", 10*time.Second
	d.Expect.Breaks = map[string]string{"L9": "the group is deleted"}
	d.Expect.Bites = append(d.Expect.Bites, script.Bite{Name: "client-503", Op: "=", Than: 2}, script.Bite{Name: "spoilt-items", Op: "="})
	said, w := play(t, Config{}, d, func(w *world) {
		w.stateOf["L8"], w.stateOf["L9"], w.stillFor, w.lost = notJudged, fails, 8*time.Second, "lost.json"
	})
	if said.Verdict != report.Held {
		t.Errorf("%s %q", said.Verdict, said.Failures)
	}
	if i := said.Injections[0]; i.Healing.Sub(i.InForce) != 5*time.Second {
		t.Errorf("it is healed after %s", i.Healing.Sub(i.InForce))
	}
	if c := said.Injections[0].Consuming; !c.Asked || c.Seconds < 8 || c.Seconds > 10 {
		t.Errorf("%+v", c)
	}
	if !slices.Equal(w.proved, []string{"lost.json"}) {
		t.Errorf("what was taken away is %q", w.proved)
	}
}

func TestWhatTheMachineHasNotIsNoFailure(t *testing.T) {
	d := simple()
	d.Faults = append(d.Faults, once("impossible", "x", 0, 0))
	said, w := play(t, Config{}, d, func(*world) {})
	if said.Verdict != report.Cannot || !strings.Contains(said.Why, "no kernel") || !w.struck || len(w.lines) > 0 {
		t.Errorf("%s %q %q %q", said.Verdict, said.Why, said.Failures, w.lines)
	}
	said, _ = play(t, Config{}, simple(), func(w *world) { w.cannot = fault.ErrCannot })
	if said.Verdict != report.Cannot {
		t.Errorf("%s %q", said.Verdict, said.Failures)
	}
}

// An interruption heals what is in force, ends the load and strikes the stage.
func TestAnInterruptionLeavesNothingBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r, err := New(Config{Times: 3}, w, silent{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		played := r.Run(ctx, []script.Drill{simple(), simple()})
		if len(played) != 1 || played[0].Verdict != report.Stopped || w.up != 0 || !w.loadStopped || !w.struck {
			t.Errorf("%+v; %q", played, w.lines)
		}
		if Verdict(played) != report.Stopped {
			t.Errorf("the campaign is %s", Verdict(played))
		}
	})
}

func TestTheWorstVerdictIsTheCampaigns(t *testing.T) {
	for _, c := range []struct {
		of   []report.Verdict
		want report.Verdict
	}{
		{[]report.Verdict{report.Held, report.Cannot}, report.Held},
		{[]report.Verdict{report.Stopped, report.Failed, report.Held}, report.Failed},
		{[]report.Verdict{report.Held, report.Stopped, report.Cannot}, report.Stopped},
		{[]report.Verdict{report.Cannot, report.Cannot}, report.Cannot},
	} {
		var drills []report.Drill
		for _, v := range c.of {
			drills = append(drills, report.Drill{Verdict: v})
		}
		if got := Verdict(drills); got != c.want {
			t.Errorf("%v is %s, want %s", c.of, got, c.want)
		}
	}
}

func TestARandomCampaignPlaysItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r, err := New(Config{}, w, silent{})
		if err != nil {
			t.Fatal(err)
		}
		d, began := simple(), time.Now()
		rounds := Schedule(Chance{Seed: 1, Lasts: 10 * time.Minute}, []script.Drill{d})
		d.Expect.Bites = nil
		said := r.Random(t.Context(), &d, rounds, 10*time.Minute)
		if len(said.Bites) != 0 {
			t.Errorf("what was judged by round is judged again: %+v", said.Bites)
		}
		if said.Verdict != report.Held || len(said.Injections) < 20 || len(said.Injections) > len(rounds) {
			t.Errorf("%s %q, %d of %d rounds", said.Verdict, said.Failures, len(said.Injections), len(rounds))
		}
		if took := time.Since(began); took < 10*time.Minute || took > 11*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// What one round must not do another may: each is judged by what has grown in it.
func TestARoundIsJudgedByItself(t *testing.T) {
	for name, c := range map[string]struct {
		onceOnly bool
		bites    [2]script.Bite
		first    string
	}{
		"both":                  {false, [2]script.Bite{{Name: "retried", Op: ">"}, {Name: "retried", Op: ">"}}, ""},
		"the second not at all": {true, [2]script.Bite{{Name: "retried", Op: ">"}, {Name: "retried", Op: ">"}}, "round 2 did not bite"},
		"the second must not":   {true, [2]script.Bite{{Name: "retried", Op: ">"}, {Name: "retried", Op: "="}}, ""},
		"the second does":       {false, [2]script.Bite{{Name: "retried", Op: ">"}, {Name: "retried", Op: "="}}, "round 2 did not bite: want retried = 0, retried was 5"},
		"known at the end":      {false, [2]script.Bite{{Name: "retried", Op: ">"}, {Name: "client-503", Op: ">", Than: 2}}, "the fault did not bite: want client-503 > 2"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.onceOnly = c.onceOnly
				r, err := New(Config{}, w, silent{})
				if err != nil {
					t.Fatal(err)
				}
				d := simple()
				d.Expect.Bites = nil
				said := r.Random(t.Context(), &d, []Round{{Faults: d.Faults, Bites: c.bites[:1]}, {Faults: d.Faults, Bites: c.bites[1:]}}, time.Minute)
				switch {
				case c.first == "" && said.Verdict != report.Held:
					t.Errorf("%s %q", said.Verdict, said.Failures)
				case c.first != "" && (len(said.Failures) == 0 || !strings.HasPrefix(said.Failures[0], c.first)):
					t.Errorf("%q, want first %q", said.Failures, c.first)
				}
			})
		})
	}
}

func TestARoundOfChanceThatDidNothingIsPlayedAgain(t *testing.T) {
	for _, c := range []struct {
		lasts   time.Duration
		verdict report.Verdict
	}{{time.Minute, report.Held}, {0, report.Failed}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.notAtFirst = true
			r, err := New(Config{}, w, silent{})
			if err != nil {
				t.Fatal(err)
			}
			d := simple()
			d.Expect.Bites = nil
			said := r.Random(t.Context(), &d, []Round{{Faults: d.Faults, Bites: []script.Bite{{Name: "retried", Op: ">"}}}}, c.lasts)
			again := slices.ContainsFunc(said.Notes, func(note string) bool { return strings.HasSuffix(note, "it was played again") })
			if said.Verdict != c.verdict || again != (c.verdict == report.Held) {
				t.Errorf("%s: %s, %q, %q", c.lasts, said.Verdict, said.Failures, said.Notes)
			}
		})
	}
}

func TestALongCampaignHasToBeFlat(t *testing.T) {
	for _, c := range []struct {
		grows float64
		lasts time.Duration
		want  report.Verdict
	}{{0, 10 * time.Minute, report.Held}, {1e6, 10 * time.Minute, report.Failed}, {1e6, 5 * time.Minute, report.Held}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.grows = c.grows
			r, err := New(Config{}, w, silent{})
			if err != nil {
				t.Fatal(err)
			}
			d := simple()
			said := r.Random(t.Context(), &d, []Round{{Faults: d.Faults}}, c.lasts)
			if said.Verdict != c.want || len(said.Flat) != 1 {
				t.Errorf("growing by %g a second for %s: %s %q", c.grows, c.lasts, said.Verdict, said.Failures)
			}
		})
	}
}
