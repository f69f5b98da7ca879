package report

import (
	"fmt"
	"strings"

	"sluice/internal/printable"
)

// Line is a drill in one line for a terminal, without a line break: its verdict, what was compared, how soon
// it recovered, and what failed first.
func Line(d *Drill) string {
	parts := []string{fmt.Sprintf("%-7s %-28s", d.Verdict, d.Name)}
	if d.Why != "" {
		return parts[0] + " " + printable.Line(d.Why)
	}
	parts = append(parts, fmt.Sprintf("%d injected in %s", len(d.Injections), lasting(d.Ended.Sub(d.Began))))
	if held, judged := assertionsHeld(d); judged > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d assertions hold", held, judged), d.Load.acknowledged())
	}
	for _, r := range [...]struct {
		name string
		cell cell
	}{
		{"found after", recoveryCell(d, func(in *Injection) Recovery { return in.Searchable })},
		{"consuming after", recoveryCell(d, func(in *Injection) Recovery { return in.Consuming })},
		{"refused after", recoveryCell(d, func(in *Injection) Recovery { return in.Refused })},
		{"stopped in", stopCell(d)},
	} {
		if r.cell.State != "" {
			parts = append(parts, r.name+" "+r.cell.Text)
		}
	}
	if len(d.Failures) > 0 {
		parts = append(parts, "FIRST: "+printable.Line(d.Failures[0]))
	}
	return strings.Join(parts, ", ")
}

// assertionsHeld counts those that were judged.
func assertionsHeld(d *Drill) (held, judged int) {
	for i := range d.Assertions {
		switch d.Assertions[i].State {
		case stateHolds:
			held++
			judged++
		case stateFails:
			judged++
		}
	}
	return held, judged
}

// Summary is the campaign's end for a terminal: its verdict and figures, and what failed first, in a few lines.
func Summary(c *Campaign) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s; seed %d, %s\n", verdictText(c), c.Seed, lasting(c.Ended.Sub(c.Began)))
	for _, f := range figures(c) {
		fmt.Fprintf(&b, "  %-14s %s\n", strings.TrimSpace(f.Number+" "+f.Unit), f.Name)
	}
	for i := range c.Drills {
		if d := &c.Drills[i]; len(d.Failures) > 0 {
			fmt.Fprintf(&b, "%s failed first by: %s\n", d.Name, printable.Line(d.Failures[0]))
		}
	}
	return b.String()
}
