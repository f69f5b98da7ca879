package load

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/simulate/ledger"
)

// fleet is two processes: one that is killed after 3 s, away for 2 s, and killed again; and one that lasts.
type fleet struct{ began time.Time }

func (f fleet) Living(context.Context) []ledger.Life {
	now, since := time.Now().UnixMilli(), time.Since(f.began)
	life := func(url string, started, records float64) ledger.Life {
		return ledger.Life{At: now, Process: ledger.Process{URL: url, Started: started, Counts: []ledger.Count{{Records: records}}}}
	}
	lives := []ledger.Life{life("b", 1, since.Seconds())}
	switch {
	case since < 3*time.Second:
		lives = append(lives, life("a", 1, since.Seconds()))
	case since < 5*time.Second && since >= 4*time.Second: // at first it gives no answer, and then nobody is there
		lives = append(lives, ledger.Life{At: now, Gone: now, Process: ledger.Process{URL: "a"}})
	case since < 5*time.Second:
	case since < 7*time.Second:
		lives = append(lives, life("a", 5, since.Seconds()))
	default:
		lives = append(lives, life("a", 7, since.Seconds()))
	}
	return lives
}

func TestTheLastCountsOfWhoEndedAreNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.cfg.Plan.Records = 10_000 // 10 s
		began := time.Now()
		deps := Deps{Gateway: b.gateway, Topic: b.topic, Book: b.book, Watcher: quiet{}, Counters: fleet{began: began}}
		if _, err := Run(t.Context(), b.cfg, deps); err != nil {
			t.Fatal(err)
		}
		var said []float64
		var gone []int64
		for _, l := range b.book.lives {
			if l.Process.URL != "a" {
				t.Errorf("%s has not ended", l.Process.URL)
			}
			said = append(said, l.Process.Started, l.Process.Counts[0].Records)
			gone = append(gone, l.Gone-began.UnixMilli())
		}
		if want := []int64{4000, 7000}; !slices.Equal(gone, want) {
			t.Errorf("gone after %v ms, want %v: when nobody was there, and when the next one was", gone, want)
		}
		if want := []float64{1, 2.75, 5, 6.75}; !slices.Equal(said, want) {
			t.Errorf("noted %v, want %v: when each began, and its last counts", said, want)
		}
	})
}

// ends notes when it was asked where the topic ends.
type ends struct {
	began time.Time
	asked map[int64]int // how often, by ms since then
}

func (e *ends) Sample(context.Context) (ledger.Sample, error) {
	e.asked[time.Since(e.began).Milliseconds()]++
	return ledger.Sample{}, nil
}

func TestTheTopicIsLookedAtAsSoonAsAProcessIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.cfg.Plan.Records = 10_000 // 10 s
		began := time.Now()
		at := &ends{began: began, asked: map[int64]int{}}
		deps := Deps{Gateway: b.gateway, Topic: b.topic, Book: b.book, Watcher: quiet{}, Counters: fleet{began: began}, Offsets: at}
		if _, err := Run(t.Context(), b.cfg, deps); err != nil {
			t.Fatal(err)
		}
		for ms, want := range map[int64]int{3000: 1, 4000: 2, 5000: 1, 7000: 2} {
			if at.asked[ms] != want {
				t.Errorf("asked %d times at %d ms, want %d", at.asked[ms], ms, want)
			}
		}
	})
}

func TestABookThatFailsEndsTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		deps := Deps{Gateway: b.gateway, Topic: b.topic, Book: failingLives{b.book}, Watcher: quiet{}, Counters: fleet{began: time.Now()}}
		if _, err := Run(t.Context(), b.cfg, deps); err == nil {
			t.Error("a life was not noted, and nobody says so")
		}
	})
}

type failingLives struct{ *book }

func (failingLives) Life(ledger.Life) error { return context.DeadlineExceeded }
