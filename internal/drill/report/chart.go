package report

import (
	"fmt"
	"strconv"
	"strings"

	"sluice/internal/drill/watch"
)

// The plot's own units; the page stretches it to its width.
const (
	plotWidth  = 1000
	plotHeight = 100
)

// chart is one plot of lines over the time of a drill.
type chart struct {
	Title string
	Lines []line
	Y     []tick
}

// line is one line of a chart and its place in the legend.
type line struct {
	Colour int // 1 … colours
	Name   string
	Path   string // of an SVG path
	Peak   string
}

const colours = 8

// draw makes a chart of series, nil when there is nothing to draw.
func draw(title string, series []watch.Series, lasts, every float64, scaled func(most float64) scale) *chart {
	most := 0.0
	for _, s := range series {
		most = max(most, peak(s.Points))
	}
	axis := scaled(most)
	c := &chart{Title: title, Y: axis.ticks()}
	for i, s := range series {
		if len(s.Points) == 0 {
			continue
		}
		c.Lines = append(c.Lines, line{
			Colour: i%colours + 1, Name: s.Of, Peak: peakText(axis, peak(s.Points)),
			Path: path(s.Points, lasts, every, axis.top),
		})
	}
	if len(c.Lines) == 0 {
		return nil
	}
	return c
}

func peak(points []watch.Point) float64 {
	most := 0.0
	for _, p := range points {
		most = max(most, p.Value)
	}
	return most
}

// peakText rounds as the axis does, to three digits.
func peakText(axis scale, most float64) string {
	if axis.top >= mebibyte && strings.HasSuffix(axis.text(mebibyte), "MiB") {
		return fmt.Sprintf("%.1f MiB", most/mebibyte)
	}
	if strings.HasSuffix(axis.text(1), " s") {
		return fmt.Sprintf("%.1f s", most)
	}
	return short(most)
}

// path draws points as SVG, with a gap where nothing was heard.
func path(points []watch.Point, lasts, every, top float64) string {
	var b strings.Builder
	for _, piece := range pieces(points, every) {
		for i, p := range thin(piece) {
			b.WriteByte(map[bool]byte{true: 'M', false: 'L'}[i == 0])
			b.WriteString(coordinate(p.At / lasts * plotWidth))
			b.WriteByte(' ')
			b.WriteString(coordinate(plotHeight - p.Value/top*plotHeight))
		}
		if len(piece) == 1 {
			b.WriteString("h.1") // a point that can be seen
		}
	}
	return b.String()
}

func coordinate(n float64) string {
	text := strconv.FormatFloat(n, 'f', 1, 64)
	return strings.TrimSuffix(text, ".0")
}
