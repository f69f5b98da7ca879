package report

import "sluice/internal/drill/watch"

// Drains measures, for each round of a drill that was healed, how long each pipeline needed to catch up: until
// its lag was no more than what arrives in two seconds, which is between two commits.
func Drains(d *Drill) []watch.Drain {
	var drains []watch.Drain
	rounds := map[int]watch.Span{}
	var order []int
	for i := range d.Injections {
		in := &d.Injections[i]
		if in.Healed.IsZero() {
			continue
		}
		if _, seen := rounds[in.Round]; !seen {
			order = append(order, in.Round)
		}
		from := max(rounds[in.Round].From, d.Watched.At(in.Healed))
		rounds[in.Round] = watch.Span{From: from, To: nextInjection(d, from)}
	}
	for _, round := range order {
		drains = append(drains, d.Watched.Drains(rounds[round], 2*d.Load.Rate)...)
	}
	return drains
}

// nextInjection is when something else came between.
func nextInjection(d *Drill, after float64) float64 {
	next := d.Watched.Seconds
	for i := range d.Injections {
		if at := d.Watched.At(d.Injections[i].Injecting); !d.Injections[i].Injecting.IsZero() && at > after {
			next = min(next, at)
		}
	}
	return next
}
