package verify

import (
	"fmt"
	"strings"
	"testing"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
	"sluice/pipelines"
	"sluice/schemas"
)

// count moves a counter of the last scrape.
func (w *world) count(pipeline, verdict string, by float64) {
	counts := w.counters[1].Processes[0].Counts
	for i := range counts {
		if counts[i].Pipeline == pipeline && counts[i].Verdict == verdict {
			counts[i].Records += by
			return
		}
	}
	w.counters[1].Processes[0].Counts = append(counts, ledger.Count{Pipeline: pipeline, Verdict: verdict, Records: by})
}

// redelivered is a process that lost its partitions and got them back: 50 records were given up, and 20 that had been
// settled, two of them poison, are settled again.
func (w *world) redelivered() {
	for _, pipeline := range []string{live, past} {
		w.count(pipeline, ledger.Consumed, 70)
		w.count(pipeline, "unsettled", 50)
		w.count(pipeline, map[string]string{live: "stale", past: "duplicate"}[pipeline], 18)
		w.count(pipeline, "poison", 2)
		topic := schemas.DeadTopic(pipeline)
		w.letters[topic] = append(w.letters[topic], w.letters[topic][:2]...)
	}
}

// requeue marks a letter as requeued, behind all that is there.
func (w *world) requeue(pipeline, letter string) {
	topic := schemas.DeadTopic(pipeline)
	w.letters[topic] = append(w.letters[topic], pipelines.Record{Headers: []pipelines.Header{
		header(schemas.HeaderDeadMark, schemas.MarkRequeued), header(schemas.HeaderDeadMarked, letter), header(schemas.HeaderDeadMarkAt, "1990000000000"),
	}})
}

// healed is a sound record that history would not have, and took when it was requeued behind the load.
func (w *world) healed(t *testing.T) {
	t.Helper()
	r, _ := w.first(t, func(r *plan.Record) bool { return plain(r) && !w.author.Doubled(r.N) })
	w.rejected = 0.01
	w.reject(past, &r, "400")
	w.count(past, "stored", -1)
	w.count(past, "poison", 1)
	w.requeue(past, "0-0,"+string(lastOf(len(w.letters[schemas.DeadTopic(past)])-1)))
	first := w.letters[schemas.DeadTopic(past)][0] // poison, which comes back as another letter
	first.Headers = append(first.Headers[:2:2], header(schemas.HeaderDeadPartition, "0"), header(schemas.HeaderDeadOffset, "99999"), header(schemas.HeaderDeadTime, "1990000000001"))
	w.letters[schemas.DeadTopic(past)] = append(w.letters[schemas.DeadTopic(past)], first)
}

func lastOf(n int) []byte {
	return []byte(schemas.FormatRuns([]schemas.OffsetRun{{First: int64(n), Last: int64(n)}}))
}

func TestWhatIsReadAgainIsNoFault(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(t *testing.T, w *world)
		says    string
	}{
		"nothing":                   {func(*testing.T, *world) {}, "- 0 read again"},
		"a redelivery":              {func(_ *testing.T, w *world) { w.redelivered() }, "- 20 read again"},
		"a requeue behind the load": {func(t *testing.T, w *world) { w.healed(t) }, "- 0 read again"},
		"a lost answer": {func(_ *testing.T, w *world) {
			w.count(past, "stored", -3)
			w.count(past, "duplicate", 3)
			w.count(past, ledger.Doubtful, 3)
		}, "- 0 read again"},
		"a partition given up behind its writes": {func(_ *testing.T, w *world) {
			w.count(past, "stored", -3)
			w.count(past, "duplicate", 3)
			w.count(past, ledger.Consumed, 3)
			w.count(past, "unsettled", 3)
		}, "- 0 read again"},
		"a lost answer meanwhile": {func(_ *testing.T, w *world) {
			w.redelivered()
			w.count(past, "stored", -3)
			w.count(past, "duplicate", 3)
		}, "- 20 read again"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, everyMischief())
			c.happens(t, w)
			r := w.verify(t)
			if got := failing(r); got != "" {
				t.Errorf("%q fail: %+v", got, r.Assertions)
			}
			for _, a := range r.Assertions {
				if a.ID == "L8" && (a.State != Holds || strings.Count(a.Detail, c.says) != 2) {
					t.Errorf("%+v", a)
				}
			}
		})
	}
}

// One more or less of any counter fails, also where records were read again.
func TestACounterThatIsOffByOneFails(t *testing.T) {
	for _, disturbed := range []bool{false, true} {
		for _, pipeline := range []string{live, past} {
			for _, verdict := range []string{"stored", "stale", "duplicate", "poison", "unsettled", ledger.Consumed} {
				for _, by := range []float64{-1, 1} {
					t.Run(fmt.Sprintf("disturbed %t, %s %s %+.0f", disturbed, pipeline, verdict, by), func(t *testing.T) {
						t.Parallel() // most of it waits for the disk
						p := everyMischief()
						p.Records /= 2
						w := newWorld(t, p)
						if disturbed {
							w.redelivered()
						}
						w.count(pipeline, verdict, by)
						if got := failing(w.verify(t)); got != "L8" {
							t.Errorf("%q fail", got)
						}
					})
				}
			}
		}
	}
}

// Neither do two that hide each other, where nothing was read again.
func TestCountersThatHideEachOther(t *testing.T) {
	for _, c := range [][2]string{{"stored", "duplicate"}, {"poison", "duplicate"}, {"stored", "poison"}, {"duplicate", "stale"}} {
		w := newWorld(t, everyMischief())
		w.count(past, c[0], -1)
		w.count(past, c[1], 1)
		if got := failing(w.verify(t)); got != "L8" {
			t.Errorf("%v: %q fail", c, got)
		}
	}
}

// More writes than were offered again cannot have lost their answers.
func TestALostAnswerHidesOneWriteAtMost(t *testing.T) {
	w := newWorld(t, everyMischief())
	w.count(past, "stored", -3)
	w.count(past, "duplicate", 3)
	w.count(past, ledger.Doubtful, 2)
	if got := failing(w.verify(t)); got != "L8" {
		t.Errorf("%q fail", got)
	}
}

// Nor can more have been given up behind their writes than were given up.
func TestWhatWasGivenUpHidesItselfAtMost(t *testing.T) {
	w := newWorld(t, everyMischief())
	w.count(past, "stored", -3)
	w.count(past, "duplicate", 3)
	w.count(past, ledger.Consumed, 2)
	w.count(past, "unsettled", 2)
	if got := failing(w.verify(t)); got != "L8" {
		t.Errorf("%q fail", got)
	}
}

// A letter that was dropped, or that another mark names, is one that stands.
func TestALetterThatWasNotRequeuedIsAnotherFate(t *testing.T) {
	for name, spoil := range map[string]func(w *world){
		"dropped": func(w *world) {
			w.letters[schemas.DeadTopic(past)][w.last()].Headers[0].Value = []byte(schemas.MarkDropped)
		},
		"another": func(w *world) { w.letters[schemas.DeadTopic(past)][w.last()].Headers[1].Value = []byte("0-x") },
		"forged": func(w *world) {
			m := &w.letters[schemas.DeadTopic(past)][w.last()]
			m.Headers = append(m.Headers, header(schemas.HeaderDeadVerdict, "poison"))
		},
	} {
		w := newWorld(t, everyMischief())
		w.counters = nil
		r, _ := w.first(t, plain)
		w.rejected = 0.01
		w.reject(past, &r, "400")
		w.requeue(past, string(lastOf(w.last())))
		if got := failing(w.verify(t)); got != "" {
			t.Errorf("%s, unspoilt: %q fail", name, got)
		}
		spoil(w)
		if got := failing(w.verify(t)); got != "L3" {
			t.Errorf("%s: %q fail, want L3", name, got)
		}
	}
}

// last is the place of history's last letter or mark.
func (w *world) last() int { return len(w.letters[schemas.DeadTopic(past)]) - 1 }
