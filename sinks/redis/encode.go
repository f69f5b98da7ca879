package redis

import (
	"encoding/binary"
	"hash/maphash"
	"strconv"

	"sluice/pipelines"
	"sluice/schemas"
)

// span is a piece of text that is to be an argument.
type span struct{ arg, start, end int }

// How the number in front of a run is made: see lua/begin.lua.
const (
	runLast  = 4
	runMonth = 8
)

// judge is the verdict on an event that needs no store, else Unsettled.
func (w *window) judge(body []byte, event *schemas.LevelEvent) pipelines.Result {
	if schemas.ParseLevelEvent(body, event) != nil {
		return pipelines.Result{Verdict: pipelines.Poison, Reason: "bad_event"}
	}
	expired, future := event.Month < w.first, event.Month > w.last
	switch event.Kind {
	case schemas.LevelComplete, schemas.LevelVoid:
		if !event.Month.Valid() || event.Order <= 0 || event.Second < 0 {
			return pipelines.Result{Verdict: pipelines.Poison, Reason: "bad_event"}
		}
	case schemas.LevelPurchase:
		if event.Rank < 0 || event.Until <= event.At || event.At < 0 {
			return pipelines.Result{Verdict: pipelines.Poison, Reason: "bad_event"}
		}
		expired, future = event.Until <= w.start, event.At >= w.end
	case schemas.LevelForget, schemas.LevelSay:
		if event.Kind == schemas.LevelForget && event.Order <= 0 {
			return pipelines.Result{Verdict: pipelines.Poison, Reason: "bad_event"}
		}
		return pipelines.Result{}
	case schemas.LevelIgnore, schemas.LevelUnset:
		return pipelines.Result{Verdict: pipelines.Stale, Reason: "ignored"}
	}
	switch {
	case expired:
		return pipelines.Result{Verdict: pipelines.Stale, Reason: "expired"}
	case future:
		return pipelines.Result{Verdict: pipelines.Poison, Reason: "future"}
	}
	return pipelines.Result{}
}

// encode appends the arguments of a call: see lua/begin.lua.
func (d *draft) encode(c *call) {
	b := &d.levels.buckets[c.bucket]
	d.args = append(d.args, "evalsha", d.levels.scripts.apply.sha, 7, b.head, b.watermarks, b.recovering, b.members, b.outbox, b.due, b.raised, d.rules)
	part, topic := "", ""
	if c.lane != nil {
		part, topic = c.lane.name, c.lane.topic
	}
	plains := d.gather(c)
	d.numbers(c, plains)
	d.args = append(d.args, part, topic)
	for _, odd := range []bool{false, true} {
		for i := range d.groups {
			if d.groups[i].odd == odd {
				d.keep(len(d.text), append(d.text, d.groups[i].member...))
			}
		}
	}
	for i := range d.groups {
		if !d.groups[i].odd {
			d.records(c, d.groups[i].first, -1)
		}
	}
	for i := range d.groups {
		if d.groups[i].odd {
			d.runs(c, d.groups[i].first)
		}
	}
	c.args = len(d.args)
}

// numbers appends those of a call as one argument.
func (d *draft) numbers(c *call, plains int) {
	cfg, from, repair := &d.levels.cfg, len(d.text), byte(0)
	if c.part == nil {
		repair = 1
	}
	b := appendDouble(appendDouble(d.text, c.from), c.to)
	b = append(b, repair)
	b = binary.LittleEndian.AppendUint32(b, uint32(cfg.MaxOrders))    // see maxOrders
	b = binary.LittleEndian.AppendUint32(b, uint32(cfg.MaxPurchases)) // see maxPurchases
	b = binary.LittleEndian.AppendUint32(b, uint32(plains))           // a call has few members
	b = appendShort(b, int(c.month))
	d.keep(from, binary.LittleEndian.AppendUint32(b, uint32(len(d.groups)-plains))) // as above
}

// gather puts the events of a call together by member, as each came, and returns how many members are plain.
func (d *draft) gather(c *call) (plains int) {
	clear(d.table)
	d.groups = d.groups[:0]
	for i := c.start; i < c.end; i++ {
		if e := &d.entries[d.order[i]]; e.kind == schemas.LevelComplete {
			c.month = e.month
		}
	}
	for i := c.start; i < c.end; i++ {
		at, e := i-c.start, &d.entries[d.order[i]]
		d.next[at] = -1
		odd := e.kind != schemas.LevelComplete || e.month != c.month
		member := d.writes[e.write].Key
		slot := maphash.Bytes(d.seed, member) & uint64(len(d.table)-1)
		for d.table[slot] != 0 && string(d.groups[d.table[slot]-1].member) != string(member) {
			slot = (slot + 1) & uint64(len(d.table)-1)
		}
		if n := d.table[slot]; n != 0 {
			g := &d.groups[n-1]
			d.next[g.last], g.last = at, at
			if odd && !g.odd {
				g.odd = true
				plains--
			}
			continue
		}
		if !odd {
			plains++
		}
		d.groups = append(d.groups, group{member: member, first: at, last: at, odd: odd})
		d.table[slot] = int32(len(d.groups))
	}
	return plains
}

// runs appends the events of a member: those that follow each other and are of one kind and month together.
func (d *draft) runs(c *call, at int32) {
	for at >= 0 {
		first := d.entry(c, at)
		behind := d.next[at]
		if first.kind != schemas.LevelPurchase {
			for behind >= 0 {
				e := d.entry(c, behind)
				if e.kind != first.kind || e.month != first.month {
					break
				}
				behind = d.next[behind]
			}
		}
		head := runKind(first.kind) + runMonth*int(first.month)
		if behind < 0 {
			head += runLast
		}
		d.number(int64(head))
		if first.kind == schemas.LevelPurchase {
			d.purchase(first)
		} else {
			d.records(c, at, behind)
		}
		at = behind
	}
}

// records appends the events of a member from one up to another, or all that follow, as one argument: id and second of each.
func (d *draft) records(c *call, at, end int32) {
	from, b := len(d.text), d.text
	for ; at != end; at = d.next[at] {
		e := d.entry(c, at)
		d.sent = append(d.sent, e.write)
		b = binary.LittleEndian.AppendUint64(b, uint64(e.order))  // above 0, or 0: see runKind
		b = binary.LittleEndian.AppendUint32(b, uint32(e.second)) // of a month
	}
	d.keep(from, b)
}

// runKind is the number of a kind in a run: both kinds of repairs are 0, and to say a level is to forget order 0.
func runKind(kind schemas.LevelKind) int {
	if kind == schemas.LevelForget || kind == schemas.LevelSay {
		return 0
	}
	return int(kind)
}

func (d *draft) entry(c *call, at int32) *entry { return &d.entries[d.order[c.start+at]] }

// purchase appends the arguments of one.
func (d *draft) purchase(e *entry) {
	var event schemas.LevelEvent
	if schemas.ParseLevelEvent(d.writes[e.write].Body, &event) != nil {
		return // it could be read a moment ago
	}
	d.sent = append(d.sent, e.write)
	d.keep(len(d.text), append(d.text, event.Purchase...))
	d.keep(len(d.text), append(d.text, event.SKU...))
	d.number(int64(event.Rank))
	d.number(event.At)
	d.number(event.Until)
}

// number appends an argument in decimal.
func (d *draft) number(n int64) { d.keep(len(d.text), strconv.AppendInt(d.text, n, 10)) }

// keep makes an argument of a text from there on.
func (d *draft) keep(from int, text []byte) {
	d.text = text
	d.spans = append(d.spans, span{arg: len(d.args), start: from, end: len(d.text)})
	d.args = append(d.args, nil)
}

// commands are the calls as their arguments. All texts are pieces of one string, and arguments point to them: nothing
// is allocated for each.
func (d *draft) commands() [][]any {
	all := string(d.text)
	if cap(d.texts) < len(d.spans) {
		d.texts = make([]string, len(d.spans))
	}
	d.texts = d.texts[:len(d.spans)]
	for i, s := range d.spans {
		d.texts[i] = all[s.start:s.end]
		d.args[s.arg] = &d.texts[i]
	}
	start := 0
	for i := range d.calls {
		d.cmds = append(d.cmds, d.args[start:d.calls[i].args:d.calls[i].args])
		start = d.calls[i].args
	}
	return d.cmds
}
