package watch

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestGrowthSurvivesRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, cfg := newWorld()
		watch := start(t, w, cfg)
		w.says("one", 1, 100, 3, 1<<20)
		w.says("two", 2, 50, 0, 1<<20)
		w.at(150, 150)
		watch.Look(t.Context())
		before := watch.Sums()

		w.says("one", 1, 180, 7, 1<<20)
		watch.Look(t.Context())
		w.silent("one") // killed
		watch.Look(t.Context())
		w.says("one", 9, 20, 1, 1<<20) // its next life counts from nought
		watch.Look(t.Context())
		w.says("one", 9, 30, 2, 1<<20)
		watch.Look(t.Context())

		grown := watch.Sums().Since(before)
		for name, want := range map[string]float64{"consumed": 110, "retried": 6, "restarted": 1} {
			if grown[name] != want {
				t.Errorf("%s grew by %v, want %v", name, grown[name], want)
			}
		}
		if lives := watch.Record().Lives; lives["pipelines-1"] != 2 || lives["pipelines-2"] != 1 {
			t.Errorf("lives are %v", lives)
		}
	})
}

func TestWhatIsReadAgainIsCountedAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, cfg := newWorld()
		watch := start(t, w, cfg)
		look := func(committed, end int64, life, consumed, want float64) {
			t.Helper()
			w.at(committed, end)
			w.says("one", life, consumed, 0, 1<<20)
			watch.Look(t.Context())
			if got := watch.Sums()["redelivered"]; got != want {
				t.Errorf("read %v, committed %d of %d: redelivered %v, want %v", consumed, committed, end, got, want)
			}
		}
		look(-1, 0, 1, 0, 0)
		look(100, 180, 1, 180, 0)   // 80 under way: nobody knows yet
		look(180, 180, 1, 260, 80)  // and 80 were read twice
		look(200, 300, 1, 300, 80)  // it has read up to 220
		look(400, 400, 2, 200, 100) // the next life reads from 200
		w.begun["one"]++
		look(500, 500, 4, 50, 100)  // less than what was moved over: read by a life that nobody saw
		look(600, 600, 4, 160, 110) // and no later repetition is set off against it
		look(700, 700, 4, 200, 110) // less again, and nobody ended: committed since the process was asked
		look(700, 700, 4, 260, 110)
	})
}

// A life that came to a clean end has said what it read after its last look: none of it hides what is read again.
func TestWhatACleanlyStoppedLifeReadIsNotUnseen(t *testing.T) {
	for name, c := range map[string]struct {
		unread float64 // of what it read after its last look
		want   float64
	}{"nothing read again": {0, 0}, "thirty read again": {30, 30}} {
		synctest.Test(t, func(t *testing.T) {
			w, cfg := newWorld()
			watch := start(t, w, cfg)
			w.at(-1, 0)
			watch.Look(t.Context())
			w.at(100, 100)
			w.says("one", 1, 100, 0, 1<<20)
			watch.Look(t.Context())
			w.parted("one", 1, 150)                 // 50 more
			w.parted("one", 2, 40)                  // a life between two looks
			w.says("one", 3, 60+c.unread, 0, 1<<20) // and the next one
			w.at(250, 250)
			watch.Look(t.Context())
			sums := watch.Sums()
			if got := sums["redelivered"]; got != c.want {
				t.Errorf("%s: redelivered %v, want %v", name, got, c.want)
			}
			if got := sums["consumed"]; got != 250+c.unread || sums["stored"] != 190 || sums["restarted"] != 2 {
				t.Errorf("%s: consumed %v, stored %v, restarted %v", name, got, sums["stored"], sums["restarted"])
			}
		})
	}
}

// The scrape of a process that ended meanwhile says less than its farewell, which came first.
func TestAFarewellIsTheLastWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, cfg := newWorld()
		watch := start(t, w, cfg)
		w.at(100, 100)
		w.parted("one", 1, 100)
		w.says("one", 1, 70, 3, 1<<20)
		for range 2 {
			watch.Look(t.Context())
		}
		if sums := watch.Sums(); sums["consumed"] != 100 || sums["retried"] != 3 || sums["restarted"] != 0 {
			t.Errorf("consumed %v, retried %v, restarted %v", sums["consumed"], sums["retried"], sums["restarted"])
		}
	})
}

func TestABacklogIsCountedByLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, cfg := newWorld()
		watch := start(t, w, cfg)
		for _, end := range []int64{0, farBehind, farBehind + 1, farBehind + 2, 5} {
			w.at(0, end)
			watch.Look(t.Context())
		}
		if got := watch.Sums()["behind"]; got != 2 {
			t.Errorf("far behind at %v looks, want 2", got)
		}
	})
}

func TestATopicMadeAnewIsReadOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, cfg := newWorld()
		watch := start(t, w, cfg)
		w.at(0, 0)
		w.says("one", 1, 0, 0, 1)
		watch.Look(t.Context())
		w.at(100, 100)
		w.says("one", 1, 100, 0, 1)
		watch.Look(t.Context())
		w.at(100, 40) // the commit is of the former topic
		w.says("one", 1, 110, 0, 1)
		watch.Look(t.Context())
		w.at(40, 40)
		w.says("one", 1, 140, 0, 1)
		watch.Look(t.Context())
		if got := watch.Sums()["redelivered"]; got != 0 {
			t.Errorf("redelivered %v, want 0", got)
		}
		settled := watch.Record().Of(Settled)[0].Points
		if last := settled[len(settled)-1].Value; last != 140 {
			t.Errorf("the commits moved over %v records, want 140", last)
		}
	})
}

func TestSilenceIsAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, cfg := newWorld()
		watch := start(t, w, cfg)
		w.says("one", 1, 5, 0, 3<<20)
		w.at(5, 9)
		ctx, cancel := context.WithTimeout(t.Context(), 4500*time.Millisecond)
		defer cancel()
		time.AfterFunc(1500*time.Millisecond, func() { w.mu.Lock(); w.deaf = true; w.mu.Unlock(); w.silent("one") })
		if err := watch.Run(ctx); err != nil {
			t.Fatal(err)
		}
		watch.Note("silence")
		record := watch.Record()
		if n := len(record.Of(RSS)[0].Points); n != 2 {
			t.Errorf("%d points of memory, want 2: at 0 and 1 s", n)
		}
		if n := len(record.Of(Lag)[0].Points); n != 2 {
			t.Errorf("%d points of lag, want 2", n)
		}
		if records, at, known := watch.Lag("gps-live"); records != 4 || !known || !at.Equal(record.Began.Add(time.Second)) {
			t.Errorf("lag %d at %v, known %v", records, at, known)
		}
		if len(record.Events) != 1 || record.Events[0].What != "silence" {
			t.Errorf("events %v", record.Events)
		}
	})
}

func TestSeriesAndTimelineAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, cfg := newWorld()
		cfg.MaxPoints, cfg.MaxEvents = 8, 3
		watch := start(t, w, cfg)
		for range 100 {
			time.Sleep(time.Second)
			w.says("one", 1, 5, 0, 3<<20)
			watch.Look(t.Context())
			watch.Note("again")
		}
		points := watch.Record().Of(RSS)[0].Points
		if len(points) > 8 || points[0].At != 1 || points[len(points)-1].At != 100 {
			t.Errorf("%d points, from %v to %v", len(points), points[0].At, points[len(points)-1].At)
		}
		if n := len(watch.Record().Events); n != 3 {
			t.Errorf("%d events, want 3", n)
		}
	})
}

func TestConfigIsComplainedAboutAtOnce(t *testing.T) {
	cfg := Config{Every: -1, Targets: []Target{{Name: "a"}, {Name: "a", Process: here{ops: "x"}}}, Pipelines: []Pipeline{{Name: "p"}}}
	err := cfg.Validate()
	if err == nil {
		t.Fatal("nothing to complain about?")
	}
	if n := len(err.(interface{ Unwrap() []error }).Unwrap()); n != 4 {
		t.Errorf("%d complaints: %v", n, err)
	}
}

func start(t *testing.T, w *world, cfg Config) *Watch {
	t.Helper()
	watch, err := New(cfg, w, w)
	if err != nil {
		t.Fatal(err)
	}
	return watch
}
