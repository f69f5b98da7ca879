package watch

import (
	"cmp"
	"slices"
)

// lines keeps series of bounded length.
type lines struct {
	most   int
	series map[lineKey]*Series
}

type lineKey struct {
	measure Measure
	of      string
}

func newLines(most int) *lines { return &lines{most: most, series: map[lineKey]*Series{}} }

// process adds what a process says of itself.
func (l *lines) process(at float64, name string, metrics []Metric) {
	for _, from := range [...]struct {
		measure Measure
		metric  string
	}{{RSS, "process_resident_memory_bytes"}, {Heap, "go_memstats_heap_alloc_bytes"}, {Goroutines, "go_goroutines"}} {
		l.add(from.measure, name, at, gaugeOf(metrics, from.metric))
	}
}

func (l *lines) add(measure Measure, of string, at, value float64) {
	key := lineKey{measure, of}
	s := l.series[key]
	if s == nil {
		s = &Series{Measure: measure, Of: of}
		l.series[key] = s
	}
	if len(s.Points) >= l.most {
		s.Points = everySecond(s.Points)
	}
	s.Points = append(s.Points, Point{At: at, Value: value})
}

func everySecond(points []Point) []Point {
	kept := points[:0]
	for i := 0; i < len(points); i += 2 {
		kept = append(kept, points[i])
	}
	return kept
}

// copied is all series, in an order that does not change.
func (l *lines) copied() []Series {
	all := make([]Series, 0, len(l.series))
	for _, s := range l.series {
		all = append(all, Series{Measure: s.Measure, Of: s.Of, Points: slices.Clone(s.Points)})
	}
	slices.SortFunc(all, func(a, b Series) int {
		return cmp.Or(cmp.Compare(a.Measure, b.Measure), cmp.Compare(a.Of, b.Of))
	})
	return all
}
