package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// top is what the page shows first.
type top struct {
	*Campaign
	Title    string
	Verdict  string // in words
	State    Verdict
	Facts    []fact
	Figures  []figureBox
	Failures []failure
	Columns  []column
	Rows     []row
	Sheets   []sheet
}

type fact struct{ Name, Value string }

// figureBox is one large number.
type figureBox struct{ Number, Unit, Name, State string }

// failure is what failed first in a drill.
type failure struct {
	Drill, Anchor, First string
	More                 int
}

func overview(c *Campaign) top {
	t := top{
		Campaign: c, State: c.Verdict, Title: "sluice drills", Verdict: verdictText(c), Facts: facts(c), Figures: figures(c),
		Columns: columns(c),
	}
	for i := range c.Drills {
		d := &c.Drills[i]
		if len(d.Failures) > 0 {
			t.Failures = append(t.Failures, failure{Drill: d.Name, Anchor: anchor(i), First: d.Failures[0], More: len(d.Failures) - 1})
		}
		t.Rows = append(t.Rows, rowOf(d, i, t.Columns))
		t.Sheets = append(t.Sheets, sheetOf(d, i, len(c.Drills)))
	}
	return t
}

func anchor(i int) string { return fmt.Sprintf("drill-%d", i+1) }

func tally(c *Campaign) map[Verdict]int {
	n := map[Verdict]int{}
	for i := range c.Drills {
		n[c.Drills[i].Verdict]++
	}
	return n
}

func verdictText(c *Campaign) string {
	n := tally(c)
	switch {
	case c.Verdict == Failed:
		return fmt.Sprintf("%d of %s did not hold", n[Failed], counted(len(c.Drills), "drill", "drills"))
	case c.Verdict == Stopped:
		return "Interrupted: proves nothing beyond the drills that were done"
	case len(c.Drills) == n[Held]+n[Cannot] && n[Held] > 0:
		return "All held: " + counted(n[Held], "drill", "drills")
	default:
		return string(c.Verdict)
	}
}

func facts(c *Campaign) []fact {
	all := []fact{
		{"command", c.Command},
		{"seed", strconv.FormatUint(c.Seed, 10)},
		{"each fault", counted(max(1, c.Times), "time", "times")},
		{"began", c.Began.UTC().Format("2006-01-02 15:04:05 UTC")},
		{"took", lasting(c.Ended.Sub(c.Began))},
	}
	for _, v := range tried(c) {
		all = append(all, fact{v.Of, cmp.Or(v.Is, "unknown")})
	}
	return all
}

// tried are the versions, first of them what was tried, also when nobody knows it.
func tried(c *Campaign) []Version {
	var first, others []Version
	for _, of := range [...]string{"sluice", "commit"} {
		at := slices.IndexFunc(c.Versions, func(v Version) bool { return v.Of == of })
		if at < 0 {
			first = append(first, Version{Of: of})
			continue
		}
		first = append(first, c.Versions[at])
	}
	for _, v := range c.Versions {
		if v.Of != "sluice" && v.Of != "commit" {
			others = append(others, v)
		}
	}
	return append(first, others...)
}
