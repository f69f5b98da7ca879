package bench

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Print writes the report as a table of at most 100 columns.
func (r *Report) Print(w io.Writer) error {
	var t strings.Builder
	m := r.Machine
	fmt.Fprintf(&t, "machine   %d cores (%s), %.0f GiB, %s %s\n", m.Cores, m.CPU, m.Memory, m.Go, m.System)
	servers := "Kafka " + m.Kafka
	if m.Elastic != "" {
		servers += ", Elasticsearch " + m.Elastic
	}
	if m.Redis != "" {
		servers += ", Redis " + m.Redis
	}
	fmt.Fprintf(&t, "servers   %s\n", servers)
	fmt.Fprintf(&t, "before    %.0f %% of the cores were taken by other work\n", m.Busy*100)
	t.WriteString(r.Config.text() + "\n\n")
	fmt.Fprintf(&t, "%-26s %10s  %-29s %5s  %s\n", "", "measured", "limit in the same run", "ratio", "bar")
	row := ""
	for _, l := range r.Lines {
		if l.Row != row {
			row = l.Row
			fmt.Fprintf(&t, "%s\n", row)
		}
		t.WriteString(strings.TrimRight(l.text(), " ") + "\n")
	}
	if _, err := io.WriteString(w, t.String()); err != nil {
		return fmt.Errorf("printing the report: %w", err)
	}
	return nil
}

// text says what the figures were measured with.
func (s *Setting) text() string {
	each := s.For.Round(time.Second)
	switch {
	case s.Events > 0:
		return fmt.Sprintf("data      %s order events of %s members at a time, %d partitions; %s a measurement, median of %d",
			grouped(s.Events), grouped(int64(s.Members)), s.Partitions, each, s.Runs)
	case s.Records == 0: // no backlog, so nothing is repeated
		return fmt.Sprintf("data      %s drivers, %d partitions, %s a measurement", grouped(int64(s.Drivers)), s.Partitions, each)
	}
	return fmt.Sprintf("data      %s pings, %s drivers, %d partitions, seed %d; %s a measurement, median of %d",
		grouped(s.Records), grouped(int64(s.Drivers)), s.Partitions, s.Seed, each, s.Runs)
}

// String is the line of the table.
func (l Line) String() string { return strings.TrimSpace(l.text()) }

// text is one line of the table.
func (l Line) text() string {
	limit, ratio, bar, verdict := "", "", "", ""
	if l.Limit > 0 {
		limit = scaled(l.Limit, l.Unit) + " " + l.LimitOf
	}
	if l.Ratio > 0 {
		ratio = fmt.Sprintf("%.2f", l.Ratio)
	}
	if l.Pass != nil {
		verdict = "MISSED"
		if *l.Pass {
			verdict = "passed"
		}
		bar = "<= " + scaled(l.Bar, l.Unit)
		switch {
		case l.AtLeast && l.Ratio > 0:
			bar = fmt.Sprintf(">= %.2f", l.Bar)
		case l.AtLeast:
			bar = ">= " + scaled(l.Bar, l.Unit)
		}
	}
	text := fmt.Sprintf("  %-24s %10s  %-29s %5s  %-11s %s", l.Measure, scaled(l.Value, l.Unit), limit, ratio, bar, verdict)
	if l.Note == "" {
		return text
	}
	if room := maxColumns - len(text) - 2; l.Pass == nil || len(l.Note) > room {
		return strings.TrimRight(text, " ") + l.noteAfter(text)
	}
	return text + "  " + l.Note
}

const maxColumns = 100

// noteAfter puts a note where the line has room, else under it.
func (l Line) noteAfter(text string) string {
	text = strings.TrimRight(text, " ")
	if len(text)+len(l.Note)+4 <= maxColumns {
		return "  (" + l.Note + ")"
	}
	return "\n    (" + l.Note + ")"
}

// scaled is a value in a unit that a person reads with ease.
func scaled(v float64, unit string) string {
	switch {
	case unit == "":
		return grouped(int64(v))
	case unit == unitRate && v >= 1e6:
		return fmt.Sprintf("%.2f M/s", v/1e6)
	case unit == unitRate:
		return fmt.Sprintf("%.1f k/s", v/1e3)
	case unit == unitCPU:
		return fmt.Sprintf("%.2f s/M", v)
	case v < 10:
		return fmt.Sprintf("%.1f %s", v, unit)
	default:
		return fmt.Sprintf("%.0f %s", v, unit)
	}
}

// grouped writes 5000000 as 5,000,000.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
