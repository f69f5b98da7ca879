package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sluice/internal/drill/watch"
)

// sheet is one drill in full.
type sheet struct {
	*Drill
	Anchor     string
	Open       bool // shown without being asked for
	Catalogued string
	Took       string
	Charts     []*chart
	Time       timeline
	X          []tick
	Injected   []injected
	Recoveries []recovery // of more injections than can be taken in
	Drained    []drained
	Judged     []judged
	Levels     []level
	Sums       []fact
	Lives      string
}

// injected is one injection in the table.
type injected struct {
	*Injection
	What                  string
	At, Held, Heal        string
	Searchable, Consuming cell
}

// drained is how long a pipeline took after a healing.
type drained struct{ Pipeline, Healed, Peak, Took string }

// judged is one assertion in full.
type judged struct {
	Assertion
	Shown string // its state, "allowed" where it may fail
}

// level is one judgement of flatness.
type level struct{ State, Of, Measure, Early, Late, Peak, Detail string }

// openUpTo is how many drills a page shows at once; of more, those that failed.
const openUpTo = 3

func sheetOf(d *Drill, i, of int) sheet {
	lasts := max(1, d.Watched.Seconds)
	s := sheet{
		Drill: d, Anchor: anchor(i), Open: of <= openUpTo || d.Verdict == Failed, Catalogued: catalogued(d),
		Took: lasting(d.Ended.Sub(d.Began)), Charts: charts(&d.Watched, lasts), Time: timelineOf(d, lasts), X: timeTicks(lasts),
		Lives: livesOf(&d.Watched), Recoveries: recoveries(d),
	}
	for j := range d.Injections {
		s.Injected = append(s.Injected, injectedOf(d, &d.Injections[j]))
	}
	for _, at := range d.Drains {
		s.Drained = append(s.Drained, drained{at.Pipeline, clock(at.Healed), grouped(at.Peak), seconds(at.Seconds)})
	}
	for _, a := range d.Assertions {
		shown := a.State
		if a.State == stateFails && a.Allowed != "" {
			shown = "allowed"
		}
		s.Judged = append(s.Judged, judged{a, shown})
	}
	for _, f := range d.Flat {
		s.Levels = append(s.Levels, levelOf(&f))
	}
	for _, name := range slices.Sorted(maps.Keys(d.Watched.Sums)) {
		if n := d.Watched.Sums[name]; n != 0 || name == "redelivered" { // that nothing was read again is worth saying
			s.Sums = append(s.Sums, fact{name, grouped(n)})
		}
	}
	if _, known := d.Watched.Sums["redelivered"]; !known && len(d.Watched.Sums) > 0 {
		s.Sums = append(s.Sums, fact{"redelivered", "unknown"})
	}
	return s
}

func charts(w *watch.Record, lasts float64) []*chart {
	flow := w.Of(watch.Accepted)
	for i := range flow {
		flow[i].Of = "accepted by the " + flow[i].Of
	}
	for _, s := range w.Of(watch.Settled) {
		s.Of = "settled by " + s.Of
		flow = append(flow, s)
	}
	for i := range flow {
		flow[i].Points = rates(flow[i].Points)
	}
	var all []*chart
	for _, c := range []*chart{
		draw("records a second", flow, lasts, w.Every, plainScale),
		draw("lag, records", w.Of(watch.Lag), lasts, w.Every, plainScale),
		draw("oldest unsettled record", w.Of(watch.Oldest), lasts, w.Every, secondScale),
		draw("resident memory", w.Of(watch.RSS), lasts, w.Every, byteScale),
		draw("goroutines", w.Of(watch.Goroutines), lasts, w.Every, plainScale),
	} {
		if c != nil {
			all = append(all, c)
		}
	}
	return all
}

func injectedOf(d *Drill, in *Injection) injected {
	row := injected{Injection: in, What: in.what(), Searchable: recovered(in.Searchable), Consuming: recovered(in.Consuming)}
	if in.Injecting.IsZero() {
		row.At = "never"
		return row
	}
	row.At = clock(d.Watched.At(in.Injecting))
	row.Held, row.Heal = "never in force", "never healed"
	if !in.InForce.IsZero() && !in.Healing.IsZero() {
		row.Held = lasting(in.Healing.Sub(in.InForce))
	}
	if !in.Healed.IsZero() {
		row.Heal = lasting(in.Healed.Sub(in.Healing))
	}
	return row
}

func levelOf(f *watch.Flatness) level {
	text := func(n float64) string {
		if f.Measure == watch.RSS || f.Measure == watch.Heap {
			return fmt.Sprintf("%.1f MiB", n/mebibyte)
		}
		return short(n)
	}
	l := level{State: "n/a", Of: f.Of, Measure: string(f.Measure), Detail: f.Detail}
	if f.Judged {
		l.Early, l.Late, l.Peak = text(f.Early), text(f.Late), text(f.Peak)
		l.State = map[bool]string{true: "met", false: "missed"}[f.Flat]
	}
	return l
}

// livesOf names the processes that had more lives than one.
func livesOf(w *watch.Record) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(w.Lives)) {
		if n := w.Lives[name]; n > 1 {
			all = append(all, fmt.Sprintf("%s %d", name, n))
		}
	}
	return strings.Join(all, ", ")
}
