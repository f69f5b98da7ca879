package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

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
		numbers = append(numbers, strconv.Itoa(n))
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
