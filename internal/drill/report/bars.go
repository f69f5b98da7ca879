package report

import (
	"fmt"
	"slices"
	"time"

	"sluice/internal/drill/watch"
)

// bar is one injection on the timeline: how it came, held and went.
type bar struct {
	Lane   int
	X, W   float64 // % of the drill's time, from the beginning of the injection to the end of the healing
	Coming float64 // % of the bar until the fault was in force
	Going  float64 // % of the bar from the beginning of the healing
	Text   string
	Title  string
	Wide   bool // there is room for the text inside
}

// timeline is all bars of a drill, and the moments between them.
type timeline struct {
	Bars   []bar
	Lanes  int
	Notes  []tick
	Kinds  []string // a lane's name each, when there are so many bars that none has room for its own
	Height float64  // of a lane, rem
}

// manyBars is from how many on each fault has a lane of its own.
const manyBars = 24

// maxNotes is how many moments are marked; a soak has too many to be told apart.
const maxNotes = 200

func timelineOf(d *Drill, lasts float64) timeline {
	t := timeline{Height: 1.5}
	many := len(d.Injections) > manyBars
	var free []float64 // when each lane is free again
	for i := range d.Injections {
		in := &d.Injections[i]
		if in.Injecting.IsZero() {
			continue
		}
		from, to := d.Watched.At(in.Injecting), ending(d, in, lasts)
		var lane int
		if many {
			lane = t.named(in.what())
		} else {
			lane, free = laneFree(free, from, to)
		}
		t.Bars = append(t.Bars, in.bar(&d.Watched, lane, from, to, lasts))
	}
	t.Lanes = len(free)
	if many {
		t.Lanes, t.Height = len(t.Kinds), 1
		for i := range t.Bars {
			t.Bars[i].Wide = false
		}
	}
	for _, e := range d.Watched.Events {
		if len(t.Notes) < maxNotes {
			at := d.Watched.At(e.At)
			t.Notes = append(t.Notes, tick{Place: percent(at, lasts), Text: clock(at) + " " + e.What})
		}
	}
	return t
}

// laneFree is the first lane that is free at a moment, and is taken from then on.
func laneFree(free []float64, from, to float64) (lane int, taken []float64) {
	for lane < len(free) && free[lane] > from {
		lane++
	}
	if lane == len(free) {
		free = append(free, 0)
	}
	free[lane] = to
	return lane, free
}

// named is the lane of a fault.
func (t *timeline) named(what string) int {
	if lane := slices.Index(t.Kinds, what); lane >= 0 {
		return lane
	}
	t.Kinds = append(t.Kinds, what)
	return len(t.Kinds) - 1
}

// ending is when a fault was gone; one that never went lasts until the drill ended.
func ending(d *Drill, in *Injection, lasts float64) float64 {
	if in.Healed.IsZero() {
		return lasts
	}
	return d.Watched.At(in.Healed)
}

func (in *Injection) bar(w *watch.Record, lane int, from, to, lasts float64) bar {
	b := bar{Lane: lane, X: percent(from, lasts), W: max(0.15, percent(to-from, lasts)), Going: 100, Text: in.what()}
	share := func(at time.Time, absent float64) float64 {
		if at.IsZero() {
			return absent
		}
		return percent(w.At(at)-from, to-from)
	}
	b.Coming, b.Going = share(in.InForce, 100), share(in.Healing, 100)
	b.Wide = b.W > 9
	b.Title = fmt.Sprintf("round %d: %s, from %s to %s (%s)", in.Round, in.what(), clock(from), clock(to), seconds(to-from))
	if in.Detail != "" {
		b.Title += ", " + in.Detail
	}
	return b
}

// what names the fault.
func (in *Injection) what() string {
	if in.On == "" {
		return in.Fault
	}
	return in.Fault + " · " + in.On
}
