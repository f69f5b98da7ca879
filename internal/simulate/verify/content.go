package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"sluice/internal/simulate/plan"
	"sluice/pipelines"
	"sluice/schemas"
)

// checker compares what is kept with what was sent. It is for one goroutine.
type checker struct {
	author  *plan.Author
	times   func(n int64) (from, to int64) // when a record was received, see receipts
	altered *judgement
	day     schemas.DayIndex
	line    []byte
	compare int64 // documents and letters compared
}

func newChecker(a *plan.Author, times func(n int64) (from, to int64), altered *judgement) *checker {
	return &checker{author: a, times: times, altered: altered}
}

// seen is what a document says.
type seen struct {
	ts, receivedAt int64  // ms since 1970 UTC
	stranger       string // its driver, when that is not the record's
	odd            string // what is wrong about its day or its time of receipt, "" = nothing
}

// document compares one document, its id and its index with record r.
func (c *checker) document(r *plan.Record, d *schemas.Document, live bool) seen {
	c.compare++
	if r.Kind.Poison() {
		c.altered.fault("%s", name(r.N, "is poison, and stored"))
		return seen{ts: r.TS}
	}
	said, ok := c.verbatim(r, d.Body)
	if !ok {
		var why string
		if said, why = c.fields(r, d.Body); said.stranger != "" {
			return said
		}
		if why != "" {
			c.altered.fault("%s", name(r.N, "in "+d.Target+": "+why))
			return said
		}
	}
	if want := c.author.ExpectedTS(r, said.receivedAt); said.ts != want {
		c.altered.fault("%s", name(r.N, "counts at "+strconv.FormatInt(said.ts, 10)+", want "+strconv.FormatInt(want, 10)))
	}
	if from, to := c.times(r.N); said.receivedAt < from || said.receivedAt > to {
		said.odd = fmt.Sprintf("was received at %d, and sent between %d and %d", said.receivedAt, from, to)
	}
	if where := c.place(r, d, said.ts, live); where != "" {
		said.odd = where
	}
	return said
}

// place checks where the document stands: its id and version, and says when its index is another.
func (c *checker) place(r *plan.Record, d *schemas.Document, ts int64, live bool) (odd string) {
	c.line = c.author.DriverID(c.line[:0], r.Driver)
	target := schemas.PositionsIndex
	if live {
		if d.Version != ts {
			c.altered.fault("%s", name(r.N, "has version "+strconv.FormatInt(d.Version, 10)+", want "+strconv.FormatInt(ts, 10)))
		}
	} else {
		c.line = strconv.AppendInt(append(c.line, '-'), r.TS, 10)
		c.line = strconv.AppendInt(append(c.line, '-'), r.N, 10)
		target = c.day.Name(ts)
	}
	if d.ID != string(c.line) {
		c.altered.fault("%s", name(r.N, "stands in "+d.Target+" as "+d.ID+", want "+string(c.line)))
	}
	if d.Target != target {
		return "stands in " + d.Target + ", want " + target
	}
	return ""
}

// verbatim reads a document that is the ping as it was sent with what a store appends: nearly all of them.
func (c *checker) verbatim(r *plan.Record, body []byte) (seen, bool) {
	c.line = c.author.Append(c.line[:0], r)
	c.line = append(c.line[:len(c.line)-1], `,"location":[`...)
	c.line = append(plan.Micro(c.line, r.LonE6), ',')
	c.line = append(plan.Micro(c.line, r.LatE6), `],"receivedAt":`...)
	rest, ok := bytes.CutPrefix(body, c.line)
	if !ok || len(rest) < 2 || rest[len(rest)-1] != '}' {
		return seen{}, false
	}
	at, ok := schemas.ParseMillis(rest[:len(rest)-1])
	return seen{ts: r.TS, receivedAt: at}, ok
}

// letter compares one dead letter.
func (c *checker) letter(r *plan.Record, rec *pipelines.Record, topic string) {
	c.compare++
	c.line = c.author.Append(c.line[:0], r)
	switch {
	case !bytes.Equal(rec.Value, c.line):
		c.altered.fault("%s", name(r.N, "in "+topic+" is not what was sent"))
	case string(rec.Key) != string(c.author.DriverID(nil, r.Driver)):
		c.altered.fault("%s", name(r.N, "in "+topic+" has another key"))
	case r.Kind.Poison() && string(rec.Header(schemas.HeaderDeadReason)) != r.Code():
		c.altered.fault("%s", name(r.N, "in "+topic+" has the reason "+string(rec.Header(schemas.HeaderDeadReason))+", want "+r.Code()))
	case !r.Kind.Poison() && rec.Header(schemas.HeaderDeadStatus) == nil:
		c.altered.fault("%s", name(r.N, "in "+topic+" is sound, and was put there before the store was asked"))
	case !r.Kind.Poison() && !blames(rec):
		c.altered.fault("%s", name(r.N, "in "+topic+" is there for an answer "+string(rec.Header(schemas.HeaderDeadStatus))+", which says nothing against a record"))
	}
}

// blames says whether a letter is there for an answer that may have been about the record itself: of a store that is
// busy, away, or takes us for strangers it is none. A letter without a status was written before the store was asked.
func blames(rec *pipelines.Record) bool {
	switch string(rec.Header(schemas.HeaderDeadStatus)) {
	case "400", "413":
		return true
	}
	return false
}

// numberOf finds the number of a document's record.
func numberOf(a *plan.Author, body []byte) (int64, bool) {
	if n, ok := a.NumberOf(body); ok {
		return n, true
	}
	var k struct {
		Seq *int64 `json:"seq"`
	}
	if json.Unmarshal(body, &k) != nil || k.Seq == nil || *k.Seq < 0 || *k.Seq >= a.Records {
		return 0, false
	}
	return *k.Seq, true
}
