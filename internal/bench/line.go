package bench

import "slices"

// Line is one measured value.
type Line struct {
	Row     string  `json:"row"`
	Measure string  `json:"measure"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit"`
	Limit   float64 `json:"limit,omitempty"`   // what the machine allows, in the same unit; 0 = none was measured
	LimitOf string  `json:"limitOf,omitempty"` // what the limit was measured with
	Ratio   float64 `json:"ratio,omitempty"`   // Value / Limit, the median over the runs
	Bar     float64 `json:"bar,omitempty"`     // 0 = there is none
	AtLeast bool    `json:"atLeast,omitempty"` // the bar is a floor, under Ratio where there is a limit, else under Value; otherwise a ceiling over Value
	Pass    *bool   `json:"pass,omitempty"`    // nil without a bar
	Note    string  `json:"note,omitempty"`    // conditions that differ from the defaults
}

// The units of lines.
const (
	unitRate  = "/s"  // records or documents a second
	unitCPU   = "s/M" // CPU seconds per million records
	unitBytes = "MiB" // mebibytes
	unitMS    = "ms"  // milliseconds
	unitSec   = "s"   // seconds
)

// plain is a value with neither limit nor bar.
func plain(row, measure string, value float64, unit string) Line {
	return Line{Row: row, Measure: measure, Value: value, Unit: unit}
}

// ceiling is a value that must not exceed bar.
func ceiling(row, measure string, value float64, unit string, bar float64) Line {
	pass := value <= bar
	return Line{Row: row, Measure: measure, Value: value, Unit: unit, Bar: bar, Pass: &pass}
}

// floor is a value that must reach bar.
func floor(row, measure string, value float64, unit string, bar float64) Line {
	pass := value >= bar
	return Line{Row: row, Measure: measure, Value: value, Unit: unit, Bar: bar, AtLeast: true, Pass: &pass}
}

// beside compares runs of a value with runs of its limit: the ratio of each pair, the
// median of these, at least bar.
func beside(row, measure string, values, limits []float64, unit, limitOf string, bar float64) Line {
	ratios := make([]float64, len(values))
	for i := range values {
		ratios[i] = values[i] / limits[i]
	}
	l := Line{
		Row: row, Measure: measure, Unit: unit, LimitOf: limitOf,
		Value: median(values), Limit: median(limits), Ratio: median(ratios), Bar: bar, AtLeast: true,
	}
	pass := l.Ratio >= bar
	l.Pass = &pass
	return l
}

func (l Line) noted(note string) Line {
	l.Note = note
	return l
}

// median of a list that is not empty; of an even number, the mean of the middle two.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[mid]
	}
	return (sorted[mid-1] + sorted[mid]) / 2
}
