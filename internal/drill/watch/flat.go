package watch

import (
	"fmt"
	"slices"
)

// Flatness is whether a measure stayed level.
type Flatness struct {
	Measure Measure `json:"measure"`
	Of      string  `json:"of"`
	Judged  bool    `json:"judged"` // false = too few points
	Flat    bool    `json:"flat"`
	Early   float64 `json:"early"` // median of the early part
	Late    float64 `json:"late"`  // median of the late part
	Peak    float64 `json:"peak"`  // most of the late part
	Detail  string  `json:"detail"`
}

// FlatConfig says how level is level.
type FlatConfig struct {
	Within float64 // share by which late may exceed early; 0 = 0.1
	Slack  float64 // growth that is allowed in any case; 0 = none
	Least  int     // points in each part, below which nothing is judged; 0 = 10
}

// Span is a part of a watch, s since it began.
type Span struct{ From, To float64 }

// Thirds are the first and the last third of a span.
func (s Span) Thirds() (first, last Span) {
	third := (s.To - s.From) / 3
	return Span{From: s.From, To: s.From + third}, Span{From: s.To - third, To: s.To}
}

// Flat judges a series: the median of a late part may exceed that of an early one by a share. Medians, because
// a process that was just started is small and one under a collection is large.
func Flat(s *Series, early, late Span, cfg FlatConfig) Flatness {
	if cfg.Within == 0 {
		cfg.Within = 0.1
	}
	if cfg.Least == 0 {
		cfg.Least = 10
	}
	f := Flatness{Measure: s.Measure, Of: s.Of}
	before, after := within(s.Points, early), within(s.Points, late)
	if len(before) < cfg.Least || len(after) < cfg.Least {
		f.Detail = fmt.Sprintf("not judged: %d points early and %d late, wanted are %d", len(before), len(after), cfg.Least)
		return f
	}
	f.Judged = true
	f.Early, f.Late, f.Peak = median(before), median(after), slices.Max(after)
	f.Flat = f.Late <= f.Early*(1+cfg.Within)+cfg.Slack
	growth := 0.0
	if f.Early > 0 {
		growth = (f.Late/f.Early - 1) * 100
	}
	f.Detail = fmt.Sprintf("%+.1f %%, allowed are %.0f %%", growth, cfg.Within*100)
	if cfg.Slack > 0 {
		f.Detail += fmt.Sprintf(" and %.0f", cfg.Slack)
	}
	return f
}

func within(points []Point, s Span) []float64 {
	var values []float64
	for _, p := range points {
		if p.At >= s.From && p.At <= s.To {
			values = append(values, p.Value)
		}
	}
	return values
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// Flats judges the memory and the goroutines of every process.
func (r Record) Flats(early, late Span) []Flatness {
	var all []Flatness
	for _, asked := range [...]struct {
		measure Measure
		cfg     FlatConfig
	}{
		{RSS, FlatConfig{Slack: 8 << 20}}, // a small process moves by that much from one collection to the next
		{Goroutines, FlatConfig{Slack: 8}},
	} {
		for _, s := range r.Of(asked.measure) {
			all = append(all, Flat(&s, early, late, asked.cfg))
		}
	}
	return all
}
