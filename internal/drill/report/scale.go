package report

import (
	"math"
	"strconv"
)

// scale is the axis of a chart: from nought to a round number.
type scale struct {
	top  float64
	text func(float64) string
}

// roundUp is the next number that begins with one digit, or with 1.5 or 2.5.
func roundUp(n float64) float64 {
	if n <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(n)))
	for _, step := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10} {
		if n <= step*unit {
			return step * unit
		}
	}
	return 10 * unit
}

const mebibyte = 1 << 20

func plainScale(most float64) scale {
	return scale{top: max(4, roundUp(most)), text: func(n float64) string {
		if n < 100 {
			return strconv.FormatFloat(n, 'f', -1, 64) // half of 15 is 7.5
		}
		return short(n)
	}}
}

func byteScale(most float64) scale {
	return scale{top: max(4, roundUp(most/mebibyte)) * mebibyte, text: func(n float64) string {
		return strconv.FormatFloat(n/mebibyte, 'f', -1, 64) + " MiB"
	}}
}

func secondScale(most float64) scale {
	return scale{top: max(1, roundUp(most)), text: func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) + " s" }}
}

// tick is a mark of an axis.
type tick struct {
	Place float64 // % from the left, or from the top
	Text  string
}

func (s scale) ticks() []tick {
	return []tick{{0, s.text(s.top)}, {50, s.text(s.top / 2)}, {100, "0"}}
}

// timeTicks marks an axis of so many seconds in at most eight round steps.
func timeTicks(lasts float64) []tick {
	step := 3600.0
	for _, s := range []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800} {
		if lasts/s <= 8 {
			step = s
			break
		}
	}
	var ticks []tick
	for at := 0.0; at <= lasts; at += step {
		ticks = append(ticks, tick{Place: percent(at, lasts), Text: clock(at)})
	}
	return ticks
}

// percent of a whole, within it, to two decimals.
func percent(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return math.Round(min(1, max(0, part/whole))*10_000) / 100
}
