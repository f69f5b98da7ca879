package verify

import (
	"slices"
	"strings"
	"testing"

	"sluice/internal/simulate/ledger"
	"sluice/schemas"
)

// killed is a world in which the process was killed in the middle. Its last scrape has half of the counts; what it
// settled between that and its end was partly committed and partly read again by the next process at its address,
// where history found it there. unseen is what only it may have settled; stored is that part of it that it alone
// counted as stored in history.
func (w *world) killed(unseen, stored int64) {
	const ended = 4
	middle := len(w.samples) / 4 // while there is still much to come
	at := w.samples[middle].At
	started := float64(w.samples[middle+ended].Asked-unsure-1) / 1000
	for i := range w.samples { // nothing moves but so much, between the scrape and the next process
		for r := range w.samples[i].Readers {
			o := &w.samples[i].Readers[r].Partitions[0]
			end := w.samples[middle].Readers[r].Partitions[0].Committed
			switch {
			case i <= middle:
				o.Committed, o.End = min(o.Committed, end), min(o.End, end)
			case i <= middle+ended:
				o.Committed, o.End = end, end+unseen
			default:
				o.Committed, o.End = max(o.Committed, end), max(o.End, end+unseen)
			}
		}
	}
	base, all := w.counters[0].Processes[0], w.counters[1].Processes[0]
	life := ledger.Process{URL: base.URL, Started: base.Started}
	next := ledger.Process{URL: base.URL, Started: started}
	for i, c := range all.Counts {
		grown := c.Records - base.Counts[i].Records
		half := float64(int64(grown / 2))
		mine, theirs := c, c
		mine.Records = base.Counts[i].Records + half
		theirs.Records = grown - half
		switch {
		case c.Pipeline == past && c.Verdict == "stored":
			theirs.Records -= float64(stored)
		case c.Verdict == ledger.Consumed:
			theirs.Records = 0 // see below
		}
		life.Counts, next.Counts = append(life.Counts, mine), append(next.Counts, theirs)
	}
	for i := range next.Counts {
		if next.Counts[i].Verdict == ledger.Consumed {
			for _, c := range next.Counts {
				if c.Pipeline == next.Counts[i].Pipeline && c.Verdict != ledger.Consumed {
					next.Counts[i].Records += c.Records
				}
			}
		}
	}
	w.lives = []ledger.Life{{At: at, Process: life}}
	w.counters[0].At, w.counters[1].Processes[0] = w.samples[0].At, next
	w.now = w.samples[len(w.samples)-1]
}

// grow moves a counter of the process that lives, and what it says it read with it.
func (w *world) grow(pipeline, verdict string, by float64) {
	w.count(pipeline, verdict, by)
	w.count(pipeline, ledger.Consumed, by)
}

// counted is what the process that was killed had counted when it was last asked.
func (w *world) counted(pipeline, verdict string) float64 {
	for _, c := range w.lives[0].Process.Counts {
		if c.Pipeline == pipeline && c.Verdict == verdict {
			return c.Records
		}
	}
	return 0
}

func TestAKilledProcessLeavesBounds(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(w *world)
		want    string
	}{
		"what is unseen":                       {func(*world) {}, ""},
		"read again":                           {func(w *world) { w.grow(past, "duplicate", 40) }, ""},
		"more unseen than there is":            {func(w *world) { w.grow(past, "stored", -1) }, "L8"},
		"less settled than was written":        {func(w *world) { w.grow(live, "stored", -101) }, "L8"},
		"as many settled as were written":      {func(w *world) { w.grow(live, "stored", -100) }, ""},
		"more stored than there is":            {func(w *world) { w.grow(past, "stored", 101) }, "L8"},
		"all stored":                           {func(w *world) { w.grow(past, "stored", 100) }, ""},
		"more poison than letters":             {func(w *world) { w.grow(live, "poison", 1) }, "L8"},
		"letters of nobody's":                  {func(w *world) { w.grow(live, "poison", -101); w.grow(live, "stored", 200) }, "L8"},
		"stale in history":                     {func(w *world) { w.grow(past, "stale", 1) }, "L8"},
		"read and not ended by who lives":      {func(w *world) { w.count(live, ledger.Consumed, 1) }, "L8"},
		"ended and not read by who lives":      {func(w *world) { w.count(live, ledger.Consumed, -1) }, "L8"},
		"a copy of its counts in the next one": {func(w *world) { w.grow(past, "stored", w.counted(past, "stored")) }, "L8"},
		"no scrape but the first":              {func(w *world) { w.lives = nil }, ""},
		"gone for good": {func(w *world) {
			w.counters[1].Processes[0].URL = "http://another"
		}, ""},
		"letters that only it counted, kept twice": {func(w *world) {
			topic := schemas.DeadTopic(live)
			w.letters[topic] = slices.Concat(w.letters[topic], w.letters[topic][:2])
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it waits for the disk
			p := everyMischief()
			p.Records, p.Batch, p.Shares.Poison = p.Records/2, p.Batch/2, 0.1 // more letters than can be unseen
			w := newWorld(t, p)
			w.killed(100, 100)
			for i := range w.counters {
				for k := range w.counters[i].Processes {
					w.counters[i].Processes[k].Counts = slices.Clone(w.counters[i].Processes[k].Counts)
				}
			}
			c.happens(w)
			r := w.verify(t)
			if got := failing(r); got != c.want {
				t.Errorf("%q fail, want %q: %+v", got, c.want, r.Assertions)
			}
			if l8 := r.Assertions[8]; c.want == "" && (l8.State != Holds || !strings.Contains(l8.Detail, "1 processes ended")) {
				t.Errorf("%+v", l8)
			}
		})
	}
}

// parted is a world in which that process was asked to end, and said how: all that it had counted.
func (w *world) parted(unseen float64) {
	w.killed(int64(unseen), int64(unseen))
	last := ledger.Process{URL: w.lives[0].Process.URL, Started: w.lives[0].Process.Started, Counts: slices.Clone(w.lives[0].Process.Counts)}
	read := map[string]float64{}
	for i := range last.Counts {
		c := &last.Counts[i]
		if c.Pipeline == past && c.Verdict == "stored" {
			c.Records += unseen
		}
		if c.Verdict != ledger.Consumed {
			read[c.Pipeline] += c.Records
		}
	}
	for i := range last.Counts {
		if c := &last.Counts[i]; c.Verdict == ledger.Consumed {
			c.Records = read[c.Pipeline]
		}
	}
	before, after := last, last // lives of the same log, before the first scrape and after the last one
	before.Started, after.Started = 1, w.counters[1].Processes[0].Started+1
	w.farewells = []ledger.Process{before, last, after}
}

func TestAProcessThatSaidWhatItCountedLeavesNoBounds(t *testing.T) {
	say := func(w *world, pipeline, verdict string, by float64) {
		for i := range w.farewells[1].Counts {
			if c := &w.farewells[1].Counts[i]; c.Pipeline == pipeline && c.Verdict == verdict {
				c.Records += by
			}
		}
	}
	for name, c := range map[string]struct {
		happens func(w *world)
		want    string
	}{
		"exact":                        {func(*world) {}, ""},
		"seen at the first scrape":     {func(w *world) { w.lives = nil }, ""},
		"one stored too few":           {func(w *world) { say(w, past, "stored", -1); say(w, past, ledger.Consumed, -1) }, "L8"},
		"one stored too many":          {func(w *world) { say(w, past, "stored", 1); say(w, past, ledger.Consumed, 1) }, "L8"},
		"one too few of the next":      {func(w *world) { w.grow(live, "stored", -1) }, "L8"},
		"one poison too many":          {func(w *world) { say(w, live, "poison", 1); say(w, live, "stored", -1) }, "L8"},
		"stale in history":             {func(w *world) { say(w, past, "stale", 1); say(w, past, "duplicate", -1) }, "L8"},
		"read and not ended":           {func(w *world) { say(w, live, ledger.Consumed, 1) }, "L8"},
		"more lost answers than could": {func(w *world) { say(w, past, "stored", -101); say(w, past, "duplicate", 101) }, "L8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it waits for the disk
			p := everyMischief()
			p.Records, p.Batch = p.Records/2, p.Batch/2
			w := newWorld(t, p)
			w.parted(100)
			c.happens(w)
			r := w.verify(t)
			if got := failing(r); got != c.want {
				t.Errorf("%q fail, want %q: %+v", got, c.want, r.Assertions)
			}
			if l8 := r.Assertions[8]; c.want == "" && !strings.Contains(l8.Detail, "1 processes ended and said") {
				t.Errorf("%+v", l8)
			}
		})
	}
}

// What nobody knows of a killed process ends when nobody lives at its address any more, not when the next one begins.
func TestAKilledProcessIsBoundedByWhenItWasGone(t *testing.T) {
	for name, c := range map[string]struct {
		gone bool
		less float64
		most string
		want string
	}{
		"until the next began":        {false, 200, "at most 300 along", ""},
		"until it was gone":           {true, 0, "at most 100 along", ""},
		"more missing than it had on": {true, 1, "at most 100 along", "L8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it waits for the disk
			p := everyMischief()
			p.Records, p.Batch = p.Records/2, p.Batch/2
			w := newWorld(t, p)
			w.killed(100, 100)
			middle := len(w.samples) / 4
			for i := middle + 2; i < len(w.samples); i++ { // what is written while it is away
				for r := range w.samples[i].Readers {
					o := &w.samples[i].Readers[r].Partitions[0]
					o.End = max(o.End, w.samples[middle+1].Readers[r].Partitions[0].End+200)
				}
			}
			if c.gone {
				w.lives[0].Gone = w.samples[middle+1].Asked
			}
			w.grow(past, "stored", -c.less)
			r := w.verify(t)
			if got := failing(r); got != c.want {
				t.Errorf("%q fail, want %q: %+v", got, c.want, r.Assertions)
			}
			if l8 := r.Assertions[8]; !strings.Contains(l8.Detail, c.most) {
				t.Errorf("%+v, want %q", l8, c.most)
			}
		})
	}
}

func TestOffsetsAreCoveredOnce(t *testing.T) {
	for _, c := range []struct {
		spans []span
		want  int64
	}{
		{nil, 0},
		{[]span{{3, 7}}, 4},
		{[]span{{10, 12}, {3, 7}}, 6},
		{[]span{{5, 9}, {3, 7}, {4, 5}}, 6},
		{[]span{{0, 100}, {20, 30}, {90, 101}}, 101},
	} {
		if got := covered(c.spans); got != c.want {
			t.Errorf("%v cover %d, want %d", c.spans, got, c.want)
		}
	}
}
