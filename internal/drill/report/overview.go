package report

import (
	"fmt"
	"slices"
	"strings"
	"time"
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

// column is one assertion of the table.
type column struct{ ID, Name string }

// row is one drill of the table.
type row struct {
	*Drill
	Anchor     string
	Faults     string
	Catalogued string
	Cells      []cell
	Bit        cell
	Searchable cell
	Consuming  cell
	Stopping   cell
}

// cell is one state with its count.
type cell struct{ State, Text, Title string }

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
		return fmt.Sprintf("All held: %s", counted(n[Held], "drill", "drills"))
	default:
		return string(c.Verdict)
	}
}

func facts(c *Campaign) []fact {
	all := []fact{
		{"command", c.Command},
		{"seed", fmt.Sprint(c.Seed)},
		{"each fault", counted(max(1, c.Times), "time", "times")},
		{"began", c.Began.UTC().Format("2006-01-02 15:04:05 UTC")},
		{"took", lasting(c.Ended.Sub(c.Began))},
	}
	for _, v := range c.Versions {
		all = append(all, fact(v.fact()))
	}
	return all
}

func (v Version) fact() fact { return fact{v.Of, v.Is} }

// columns are all assertions that any drill was judged by, in their order.
func columns(c *Campaign) []column {
	var all []column
	for i := range c.Drills {
		for _, a := range c.Drills[i].Assertions {
			if !slices.ContainsFunc(all, func(have column) bool { return have.ID == a.ID }) {
				all = append(all, column{a.ID, a.Name})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b column) int { return numbered(a.ID) - numbered(b.ID) })
	return all
}

// numbered is the number of L0 to L11.
func numbered(id string) int {
	n := 0
	if _, err := fmt.Sscanf(id, "L%d", &n); err != nil {
		return 1000
	}
	return n
}

func rowOf(d *Drill, i int, columns []column) row {
	r := row{Drill: d, Anchor: anchor(i), Faults: kindsOf(d), Catalogued: catalogued(d)}
	for _, c := range columns {
		r.Cells = append(r.Cells, assertionCell(d, c.ID))
	}
	r.Bit = bitCell(d)
	r.Searchable = recoveryCell(d, func(in *Injection) Recovery { return in.Searchable })
	r.Consuming = recoveryCell(d, func(in *Injection) Recovery { return in.Consuming })
	r.Stopping = stopCell(d)
	return r
}

// kindsOf names the kinds of a drill's faults, and how often any was injected.
func kindsOf(d *Drill) string {
	var names []string
	for i := range d.Injections {
		if !slices.Contains(names, d.Injections[i].Fault) {
			names = append(names, d.Injections[i].Fault)
		}
	}
	if len(names) > 3 {
		names = append(names[:3], "…")
	}
	return fmt.Sprintf("%d × %s", len(d.Injections), strings.Join(names, ", "))
}

func catalogued(d *Drill) string {
	var numbers []string
	for _, n := range d.Catalogue {
		numbers = append(numbers, fmt.Sprint(n))
	}
	return strings.Join(numbers, ", ")
}

func assertionCell(d *Drill, id string) cell {
	for i := range d.Assertions {
		a := &d.Assertions[i]
		if a.ID != id {
			continue
		}
		c := cell{State: a.State, Text: figure(a.Detail), Title: id + " " + a.Name + ": " + a.Detail}
		if a.State == stateNA {
			c.Text = ""
		}
		if a.State == stateFails && a.Allowed != "" {
			c.State = "allowed"
		}
		if a.Allowed != "" {
			c.Title += " (allowed: " + a.Allowed + ")"
		}
		return c
	}
	return cell{}
}

func bitCell(d *Drill) cell {
	if len(d.Bites) == 0 {
		return cell{}
	}
	held := 0
	for _, b := range d.Bites {
		if b.Held {
			held++
		}
	}
	c := cell{State: "met", Text: fmt.Sprintf("%d/%d", held, len(d.Bites)), Title: "conditions that show that the faults did something"}
	if held < len(d.Bites) {
		c.State = "missed"
	}
	return c
}

// recoveryCell is the slowest of a drill.
func recoveryCell(d *Drill, of func(*Injection) Recovery) cell {
	var slowest *Recovery
	for i := range d.Injections {
		r := of(&d.Injections[i])
		if r.Asked && (slowest == nil || r.Seconds < 0 || slowest.Seconds >= 0 && r.Seconds > slowest.Seconds) {
			slowest = &r
		}
	}
	if slowest == nil {
		return cell{}
	}
	return recovered(*slowest)
}

func recovered(r Recovery) cell {
	if !r.Asked {
		return cell{}
	}
	c := cell{State: "met", Text: seconds(r.Seconds), Title: "within " + seconds(r.Limit)}
	if !r.Met() {
		c.State = "missed"
	}
	return c
}

func stopCell(d *Drill) cell {
	if len(d.Stops) == 0 {
		return cell{}
	}
	c := cell{State: "met", Title: "slowest clean stop of " + counted(len(d.Stops), "process", "processes")}
	slowest := 0.0
	for _, s := range d.Stops {
		slowest = max(slowest, s.Seconds)
		if s.Code != 0 || s.Left != "" {
			c.State = "missed"
		}
	}
	c.Text = lasting(time.Duration(slowest * float64(time.Second)))
	return c
}
