package drill

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
	"sluice/internal/drill/watch"
	"sluice/internal/pause"
)

// The states of an assertion, as simulate verify prints them.
const (
	holds     = "holds"
	fails     = "FAILS"
	notJudged = "n/a"
)

func (a *act) note(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.said.Notes = append(a.said.Notes, what)
}

// judge holds the ledger's assertions against what the drill expects. What nobody judged does not hold.
func (a *act) judge(p Proof) {
	a.mu.Lock()
	a.said.Assertions = p.Assertions
	a.said.Notes = append(a.said.Notes, p.Notes...)
	a.mu.Unlock()
	by := map[string]*report.Assertion{}
	for i := range p.Assertions {
		said := &p.Assertions[i]
		by[said.ID] = said
		switch said.State {
		case fails:
			said.Allowed = a.drill.Expect.Breaks[said.ID]
		case notJudged:
			said.Allowed = a.drill.Expect.NA[said.ID]
		}
	}
	for _, id := range a.drill.Load.Assertions() {
		said := by[id]
		switch {
		case said == nil:
			a.fail("%s was not judged", id)
		case said.State == holds:
		case said.Allowed != "":
		case said.State == fails:
			a.fail("%s %s fails: %s", id, said.Name, strings.Join(append([]string{said.Detail}, said.First...), "; "))
		default:
			a.fail("%s %s was not judged: %s", id, said.Name, said.Detail)
		}
	}
}

// sums is what has been observed until now, and what faults tell of themselves.
func (a *act) sums(ctx context.Context) watch.Sums {
	a.scene.Watch.Look(ctx)
	return a.scene.Seen.Sums().With(a.witnessed())
}

// bit judges one round: what the drill and the round expect to grow has grown in it, and what they expect not to has
// not; what has not grown is returned. How far is judged over all rounds, and so is what cannot be known before the end.
func (a *act) bit(round int, more []script.Bite, grown watch.Sums) (missing []string) {
	for _, b := range slices.Concat(a.drill.Expect.Bites, more) {
		if watch.Late(b.Name) {
			if !slices.Contains(a.asked, b) {
				a.asked = append(slices.Clip(a.asked), b)
			}
			continue
		}
		each := b
		if b.Op == ">" || b.Op == ">=" {
			each = script.Bite{Name: b.Name, Op: ">"}
		}
		held, seen := watch.Judge(each, grown)
		what := fmt.Sprintf("round %d did not bite: want %s, %s", round, each, seen)
		switch {
		case held:
		case each.Op == ">":
			missing = append(missing, what)
		default:
			a.fail("%s", what)
		}
	}
	return missing
}

// restWithin is for the commits of what a proof itself sends last.
const restWithin = 10 * time.Second

// rest looks until what was read again is counted: only at rest it shows, and a proof ends with pings of its own. What
// does not come to rest in time is judged by what is known then.
func (a *act) rest(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, restWithin)
	defer cancel()
	for ctx.Err() == nil {
		a.scene.Watch.Look(ctx)
		if a.scene.Seen.Calm() {
			return
		}
		pause.AtMost(ctx, a.cfg.Look)
	}
}

// bites judges whether the faults did what they were for, by what was observed and by what faults tell themselves.
func (a *act) bites(grown, told watch.Sums) {
	all := grown.With(told)
	for _, b := range a.asked {
		held, seen := watch.Judge(b, all)
		a.mu.Lock()
		a.said.Bites = append(a.said.Bites, report.Bite{Asked: b.String(), Seen: seen, Held: held})
		a.mu.Unlock()
		if !held {
			a.fail("the fault did not bite: want %s, %s", b, seen)
		}
	}
}

// stops judges how the processes ended, and that they left nothing.
func (a *act) stops(ctx context.Context, stops []report.Stop) {
	a.mu.Lock()
	a.said.Stops = stops
	a.mu.Unlock()
	for _, s := range stops {
		switch {
		case s.Code != 0:
			a.fail("%s ended with %d: %s", s.Process, s.Code, s.Left)
		case s.Seconds > a.cfg.Stop.Seconds():
			a.fail("%s took %.1f s to stop", s.Process, s.Seconds)
		case s.Left != "":
			a.fail("%s left something: %s", s.Process, s.Left)
		}
	}
	at, err := a.guard.look(ctx)
	if err != nil {
		a.fail("after the stop: %v", err)
		return
	}
	for _, open := range ended(at) {
		a.fail("after the stop: %s", open)
	}
}

// flat judges the memory and the goroutines of every process: the last quarter against the second.
func flat(r *watch.Record) []watch.Flatness {
	end := 0.0
	for i := range r.Series {
		if points := r.Series[i].Points; len(points) > 0 {
			end = max(end, points[len(points)-1].At)
		}
	}
	return r.Flats(watch.Span{From: end / 4, To: end / 2}, watch.Span{From: end * 3 / 4, To: end})
}
