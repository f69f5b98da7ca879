package watch

import "slices"

// Drain is how long a pipeline needed to catch up after something was healed.
type Drain struct {
	Pipeline string  `json:"pipeline"`
	Healed   float64 `json:"healed"`  // s since Record.Began
	Peak     float64 `json:"peak"`    // most records behind, from then on
	Seconds  float64 `json:"seconds"` // until it was at rest; -1 = it was not until the end of the span
}

// Drains measures for each pipeline how long after a healing its lag was at most rest, within the span that
// begins with the healing; the quickest comes first. Lag that rises once more after that is of another cause.
func (r Record) Drains(span Span, rest float64) []Drain {
	var drains []Drain
	for _, s := range r.Of(Lag) {
		d := Drain{Pipeline: s.Of, Healed: span.From, Seconds: -1}
		for _, p := range s.Points {
			if p.At < span.From || p.At > span.To {
				continue
			}
			if d.Seconds < 0 {
				d.Peak = max(d.Peak, p.Value)
			}
			if d.Seconds < 0 && p.Value <= rest {
				d.Seconds = p.At - span.From
			}
		}
		drains = append(drains, d)
	}
	slices.SortStableFunc(drains, func(a, b Drain) int { return quicker(a.Seconds, b.Seconds) })
	return drains
}

// quicker compares; what never came is last.
func quicker(a, b float64) int {
	switch {
	case a == b:
		return 0
	case b < 0 || a >= 0 && a < b:
		return -1
	default:
		return 1
	}
}
