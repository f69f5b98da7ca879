package watch

import (
	"encoding/json"
	"fmt"
	"time"
)

// Record is all that was seen, for a report.
type Record struct {
	Began  time.Time `json:"began"`
	Series []Series  `json:"series"`
	Events []Event   `json:"events"`
	Sums   Sums      `json:"sums"` // growth of every observation since Began
}

// Series is one line of a chart.
type Series struct {
	Measure Measure `json:"measure"`
	Of      string  `json:"of"` // a process or a pipeline
	Points  []Point `json:"points"`
}

// Measure is what a series shows.
type Measure string

// The measures; the first two are of pipelines, the others of processes.
const (
	Lag        Measure = "lag"        // records that the group has still to settle
	Oldest     Measure = "oldest"     // s, age of the oldest unsettled record of any process
	RSS        Measure = "rss"        // bytes, resident
	Heap       Measure = "heap"       // bytes, allocated on the heap
	Goroutines Measure = "goroutines" // how many
)

// Point is one value at a time; in JSON it is [at, value].
type Point struct {
	At    float64 // s since Record.Began
	Value float64
}

// MarshalJSON writes a pair.
func (p Point) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "[%.1f,%.6g]", p.At, p.Value), nil
}

// UnmarshalJSON reads a pair.
func (p *Point) UnmarshalJSON(text []byte) error {
	var pair [2]float64
	if err := json.Unmarshal(text, &pair); err != nil {
		return fmt.Errorf("reading a point: %w", err)
	}
	p.At, p.Value = pair[0], pair[1]
	return nil
}

// Event is something that happened at a moment.
type Event struct {
	At   time.Time `json:"at"`
	What string    `json:"what"` // in a few words, such as "pipelines-1 killed"
}
