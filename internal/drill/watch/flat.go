package watch

// Flatness is whether a measure stayed level over a soak.
type Flatness struct {
	Measure Measure `json:"measure"`
	Of      string  `json:"of"`
	Flat    bool    `json:"flat"`
	Early   float64 `json:"early"`  // median of the first third, after the settling-in
	Late    float64 `json:"late"`   // median of the last third
	Growth  float64 `json:"growth"` // late over early, less one
	Detail  string  `json:"detail"`
}

// FlatConfig says how level is level.
type FlatConfig struct {
	Warm   float64 // s at the start that do not count; 0 = none
	Within float64 // share by which late may exceed early; 0 = 0.1
	Slack  float64 // absolute growth that is always allowed; 0 = none
}

// Flat judges a series: the median of the last third may exceed that of the first by a share.
func Flat(s *Series, cfg FlatConfig) Flatness { return Flatness{Measure: s.Measure, Of: s.Of} }

// Drain is how long a pipeline needed to catch up after something was healed.
type Drain struct {
	Pipeline string  `json:"pipeline"`
	Healed   float64 `json:"healed"`  // s since Record.Began
	Peak     float64 `json:"peak"`    // most records behind, from then on
	Seconds  float64 `json:"seconds"` // until the lag was at rest; -1 = it never was
}

// Drains measures each pipeline's time from a healing, in s since Record.Began, until its lag is at most rest.
func (r *Record) Drains(healed, until, rest float64) []Drain { return nil }
