package report

import (
	"slices"

	"sluice/internal/drill/watch"
)

// buckets is how many pieces a line is cut into at most; each keeps its least and its greatest value, so
// that no peak is lost.
const buckets = 240

// thin cuts a line down to at most two points a bucket.
func thin(points []watch.Point) []watch.Point {
	if len(points) <= 2*buckets {
		return points
	}
	kept := make([]watch.Point, 0, 2*buckets)
	for i := range buckets {
		part := points[i*len(points)/buckets : (i+1)*len(points)/buckets]
		low, high := 0, 0
		for j := range part {
			if part[j].Value < part[low].Value {
				low = j
			}
			if part[j].Value > part[high].Value {
				high = j
			}
		}
		kept = append(kept, part[min(low, high)])
		if low != high {
			kept = append(kept, part[max(low, high)])
		}
	}
	return kept
}

// pieces cuts a line where nothing was heard for longer than four looks.
func pieces(points []watch.Point, every float64) [][]watch.Point {
	if len(points) == 0 {
		return nil
	}
	silence := 4 * max(every, usualGap(points))
	var all [][]watch.Point
	from := 0
	for i := 1; i < len(points); i++ {
		if points[i].At-points[i-1].At > silence {
			all = append(all, points[from:i])
			from = i
		}
	}
	return append(all, points[from:])
}

// usualGap is the median: a series that grew long has lost every second point, perhaps more than once.
func usualGap(points []watch.Point) float64 {
	gaps := make([]float64, 0, len(points))
	for i := 1; i < len(points); i++ {
		gaps = append(gaps, points[i].At-points[i-1].At)
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// rateWindow is over how many seconds a rate is measured: commits come once a second, and between two
// neighbouring looks there may be none or two.
const rateWindow = 5

// rates turns a count so far into a count a second.
func rates(points []watch.Point) []watch.Point {
	var out []watch.Point
	from := 0
	for i := 1; i < len(points); i++ {
		for points[i].At-points[from].At > rateWindow && from < i-1 {
			from++
		}
		if past := points[i].At - points[from].At; past > 0 {
			out = append(out, watch.Point{At: points[i].At, Value: max(0, (points[i].Value-points[from].Value)/past)})
		}
	}
	return out
}
