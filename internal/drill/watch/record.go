package watch

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Record is all that was seen, for a report.
type Record struct {
	Began   time.Time      `json:"began"`
	Seconds float64        `json:"seconds"` // watched for so long
	Every   float64        `json:"every"`   // s between two looks; a longer gap between points means silence
	Lives   map[string]int `json:"lives"`   // of each process
	Series  []Series       `json:"series"`
	Events  []Event        `json:"events"`
	Sums    Sums           `json:"sums"` // see Observations
}

// Series is one line of a chart.
type Series struct {
	Measure Measure `json:"measure"`
	Of      string  `json:"of"` // a process or a pipeline
	Points  []Point `json:"points"`
}

// Measure is what a series shows.
type Measure string

// The measures.
const (
	Lag        Measure = "lag"        // of a pipeline: records that its group has still to settle
	Settled    Measure = "settled"    // of a pipeline: over how many records its commits moved so far
	Oldest     Measure = "oldest"     // of a pipeline: s, age of the oldest unsettled record of any process
	Accepted   Measure = "accepted"   // of all gateways: records acknowledged so far
	RSS        Measure = "rss"        // of a process: bytes, resident
	Heap       Measure = "heap"       // of a process: bytes, allocated on the heap
	Goroutines Measure = "goroutines" // of a process
)

// Of gives the series of one measure.
func (r Record) Of(measure Measure) []Series {
	var found []Series
	for _, s := range r.Series {
		if s.Measure == measure {
			found = append(found, s)
		}
	}
	return found
}

// At is a moment as s since the watch began.
func (r Record) At(moment time.Time) float64 { return moment.Sub(r.Began).Seconds() }

// Point is one value at a time; in JSON it is [at, value].
type Point struct {
	At    float64 // s since Record.Began
	Value float64
}

// MarshalJSON writes a pair.
func (p Point) MarshalJSON() ([]byte, error) {
	pair := strconv.AppendFloat([]byte{'['}, p.At, 'f', 1, 64)
	pair = append(pair, ',')
	pair = strconv.AppendFloat(pair, float64(int64(p.Value*1000))/1000, 'f', -1, 64)
	return append(pair, ']'), nil
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
