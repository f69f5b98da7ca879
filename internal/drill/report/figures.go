package report

import (
	"fmt"
	"strconv"
	"time"
)

// figures are the large numbers: what the campaign amounts to.
func figures(c *Campaign) []figureBox {
	n := tally(c)
	var injected, lost, acked float64
	sums := map[string]float64{}
	judged := false
	for i := range c.Drills {
		d := &c.Drills[i]
		injected += float64(len(d.Injections))
		acked += float64(d.Load.Acked)
		for j := range d.Assertions {
			if a := &d.Assertions[j]; tellsOfLoss(a.ID) && a.State != stateNA {
				judged = true
				lost += float64(faults(a))
			}
		}
		for name, value := range d.Watched.Sums {
			sums[name] += value
		}
	}
	held := figureBox{Number: strconv.Itoa(n[Held]), Unit: fmt.Sprintf("of %d", len(c.Drills)), Name: "drills held", State: "good"}
	if n[Failed] > 0 {
		held.State = "bad"
	}
	if n[Cannot] > 0 {
		held.Name += fmt.Sprintf(", %d cannot be had", n[Cannot])
	}
	boxes := []figureBox{held}
	if rows := rowsPlayed(c); len(c.Drills) > 1 && rows > 0 {
		boxes = append(boxes, figureBox{Number: strconv.Itoa(rows), Unit: "of 36", Name: "faults of the catalogue played and held"})
	}
	boxes = append(boxes, figureBox{Number: grouped(injected), Name: "faults injected"}, figureBox{Number: grouped(acked), Name: "records acknowledged"})
	if judged {
		box := figureBox{Number: grouped(lost), Name: "of them lost", State: "good"}
		if lost > 0 {
			box.State = "bad"
		}
		boxes = append(boxes, box)
	}
	boxes = append(boxes, slowest(c)...)
	for _, of := range [...]struct{ name, text string }{
		{"redelivered", "records read again, at least"},
		{"retried", "writes offered again"},
		{"rebalanced", "partitions handed out"},
		{"restarted", "processes come back"},
	} {
		if n, known := sums[of.name]; len(sums) > 0 && (known || of.name != "redelivered") { // none is a figure, too, but not what nobody knows
			boxes = append(boxes, figureBox{Number: grouped(n), Name: of.text})
		}
	}
	return boxes
}

// rowsPlayed is how many rows of the catalogue the drills that held have played.
func rowsPlayed(c *Campaign) int {
	rows := map[int]bool{}
	for i := range c.Drills {
		if d := &c.Drills[i]; d.Verdict == Held {
			for _, n := range d.Catalogue {
				rows[n] = true
			}
		}
	}
	return len(rows)
}

// tellsOfLoss is of pings and orders that are kept nowhere, and of members whose orders do not count.
func tellsOfLoss(id string) bool { return id == "L1" || id == "L7a" }

// slowest are the worst recovery and the worst stop of all drills.
func slowest(c *Campaign) []figureBox {
	var boxes []figureBox
	for _, of := range [...]struct {
		name string
		get  func(*Injection) Recovery
	}{
		{"slowest: found after healing", func(in *Injection) Recovery { return in.Searchable }},
		{"slowest: consuming again", func(in *Injection) Recovery { return in.Consuming }},
	} {
		if worst, found := slowestOf(c, of.get); found {
			boxes = append(boxes, worst.box(of.name))
		}
	}
	most, stopped := 0.0, false
	for i := range c.Drills {
		for _, s := range c.Drills[i].Stops {
			most, stopped = max(most, s.Seconds), true
		}
	}
	if stopped {
		boxes = append(boxes, figureBox{Number: lasting(time.Duration(most * float64(time.Second))), Name: "slowest clean stop"})
	}
	return boxes
}

func slowestOf(c *Campaign, get func(*Injection) Recovery) (worst Recovery, found bool) {
	for i := range c.Drills {
		for j := range c.Drills[i].Injections {
			r := get(&c.Drills[i].Injections[j])
			if r.Asked && (!found || r.Seconds < 0 || worst.Seconds >= 0 && r.Seconds > worst.Seconds) {
				worst, found = r, true
			}
		}
	}
	return worst, found
}

func (r Recovery) box(name string) figureBox {
	box := figureBox{Number: seconds(r.Seconds), Unit: "of " + seconds(r.Limit), Name: name}
	if !r.Met() {
		box.State = "bad"
	}
	return box
}
