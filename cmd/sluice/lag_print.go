package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"sluice/internal/progress"
	"sluice/internal/telemetry"
)

// lagPrinter prints samples, as a table or as JSON lines.
type lagPrinter struct {
	w       io.Writer
	all     bool // every partition
	asJSON  bool
	redraw  bool // over the sample before
	between bool // a time and an empty line, so that repeated tables can be told apart
}

func newLagPrinter(w io.Writer, c *lagCmd) *lagPrinter {
	redraw := c.Watch && telemetry.IsTerminal(w)
	return &lagPrinter{w: w, all: c.Partitions, asJSON: c.JSON, redraw: redraw, between: c.Watch}
}

func (p *lagPrinter) print(seen lagSeen) error {
	var err error
	if p.asJSON {
		err = json.NewEncoder(p.w).Encode(lagJSONOf(seen))
	} else {
		_, err = io.WriteString(p.w, p.table(seen))
	}
	if err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

// clearScreen puts the cursor home and clears what is behind it.
const clearScreen = "\x1b[H\x1b[J"

func (p *lagPrinter) table(seen lagSeen) string {
	text := ""
	if p.redraw {
		text = clearScreen
	}
	if p.between && len(seen.lines) > 0 {
		text += seen.lines[0].sample.At.Format(time.RFC3339) + "\n"
	}
	rows := [][]string{{"pipeline", "partition", "committed", "end", "lag", "settled/s", "produced/s", "oldest", "drained in"}}
	for i := range seen.lines {
		rows = append(rows, p.rows(&seen.lines[i])...)
	}
	if seen.relay != nil {
		rows = append(rows, seen.relay.cells())
	}
	text += aligned(rows)
	if p.between && !p.redraw {
		text += "\n"
	}
	return text
}

// rows are a pipeline's partitions, or the one that is furthest behind, and their total.
func (p *lagPrinter) rows(l *lagLine) [][]string {
	var rows [][]string
	for k := range l.paces {
		if o := &l.sample.Partitions[k]; p.all || (k == l.furthest() && l.total.Lag > 0) {
			place := []string{l.source.Pipeline, strconv.Itoa(int(o.Partition)), offset(o.Committed), thousands(o.End)}
			rows = append(rows, append(place, paceCells(&l.paces[k])...))
		}
	}
	return append(rows, append([]string{l.source.Pipeline, "all " + strconv.Itoa(len(l.paces)), "", ""}, paceCells(&l.total)...))
}

// aligned puts rows of equal length under each other: names to the left, numbers to the right.
func aligned(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
	}
	var text strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&text, "%-*s", widths[0], row[0])
		for i, cell := range row[1:] {
			fmt.Fprintf(&text, "  %*s", widths[i+1], cell)
		}
		text.WriteByte('\n')
	}
	return text.String()
}

// furthest is the index of the partition with the greatest lag.
func (l *lagLine) furthest() int {
	at := 0
	for i := range l.paces {
		if l.paces[i].Lag > l.paces[at].Lag {
			at = i
		}
	}
	return at
}

func paceCells(p *progress.Pace) []string {
	return []string{thousands(p.Lag), rate(p.Settled), rate(p.Produced), age(p.Oldest), drained(p.Drain)}
}

func offset(o int64) string {
	if o < 0 {
		return "none"
	}
	return thousands(o)
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func rate(perSecond float64) string {
	if math.IsNaN(perSecond) {
		return "-"
	}
	return thousands(int64(math.Round(perSecond)))
}

func age(d time.Duration) string {
	switch {
	case d == progress.Unknown:
		return "-"
	case d == 0:
		return "none"
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

func drained(d time.Duration) string {
	if d == 0 {
		return "keeps up"
	}
	if d == progress.Never {
		return "never"
	}
	return age(d)
}
