package report

import "slices"

// recovery is how soon all was well after one fault, over all its injections.
type recovery struct {
	What             string
	Times            int
	Found, Consuming spread
}

// spread is the middle and the worst of several times.
type spread struct{ Median, Slowest string }

// recoveries sums up by fault, in the order in which they came first; nil for a few, which can be read singly.
func recoveries(d *Drill) []recovery {
	if len(d.Injections) <= manyBars {
		return nil
	}
	var all []recovery
	found, consuming := map[string][]float64{}, map[string][]float64{}
	for i := range d.Injections {
		in := &d.Injections[i]
		what := in.what()
		at := slices.IndexFunc(all, func(r recovery) bool { return r.What == what })
		if at < 0 {
			at = len(all)
			all = append(all, recovery{What: what})
		}
		all[at].Times++
		found[what] = in.Searchable.among(found[what])
		consuming[what] = in.Consuming.among(consuming[what])
	}
	for i := range all {
		all[i].Found, all[i].Consuming = spreadOf(found[all[i].What]), spreadOf(consuming[all[i].What])
	}
	return all
}

// among adds what was measured.
func (r Recovery) among(all []float64) []float64 {
	if !r.Asked {
		return all
	}
	return append(all, r.Seconds)
}

// spreadOf takes what never came for the slowest.
func spreadOf(all []float64) spread {
	if len(all) == 0 {
		return spread{Median: "–", Slowest: "–"}
	}
	slices.SortFunc(all, func(a, b float64) int {
		switch {
		case a == b:
			return 0
		case b < 0 || a >= 0 && a < b:
			return -1
		default:
			return 1
		}
	})
	return spread{Median: seconds(all[len(all)/2]), Slowest: seconds(all[len(all)-1])}
}
