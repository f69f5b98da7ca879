package redis

import (
	"hash/maphash"
	"strconv"

	"sluice/pipelines"
	"sluice/schemas"
)

// span is a piece of text that is to be an argument.
type span struct{ arg, start, end int }

// How the number in front of a run is made: see lua/apply.lua.
const (
	runLast  = 4
	runMonth = 8
	runCount = 1 << 20
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

// encode appends the arguments of a call.
func (d *draft) encode(c *call, now int64) {
	b := &d.levels.buckets[c.bucket]
	d.args = append(d.args, "evalsha", d.levels.scripts.apply.sha, 7, b.head, b.watermarks, b.recovering, b.members, b.outbox, b.due, b.raised)
	d.args = d.levels.rules.append(d.args, now)
	part, topic := "", ""
	if c.lane != nil {
		part, topic = c.lane.name, c.lane.topic
	}
	cfg := &d.levels.cfg
	d.args = append(d.args, part, topic, c.from, c.to, c.part == nil, cfg.MaxOrders, cfg.MaxPurchases)
	d.gather(c)
	d.args = append(d.args, len(d.groups))
	for i := range d.groups {
		from := len(d.text)
		d.text = append(d.text, d.groups[i].member...)
		d.keep(from)
	}
	for i := range d.groups {
		d.runs(c, d.groups[i].first)
	}
	c.args = len(d.args)
}

// gather puts the events of a call together by member, as each came.
func (d *draft) gather(c *call) {
	clear(d.table)
	d.groups = d.groups[:0]
	for i := c.start; i < c.end; i++ {
		at := i - c.start
		d.next[at] = -1
		member := d.writes[d.entries[d.order[i]].write].Key
		slot := maphash.Bytes(d.seed, member) & uint64(len(d.table)-1)
		for d.table[slot] != 0 && string(d.groups[d.table[slot]-1].member) != string(member) {
			slot = (slot + 1) & uint64(len(d.table)-1)
		}
		if n := d.table[slot]; n != 0 {
			g := &d.groups[n-1]
			d.next[g.last], g.last = at, at
			continue
		}
		d.groups = append(d.groups, group{member: member, first: at, last: at})
		d.table[slot] = int32(len(d.groups))
	}
}

// runs appends the events of a member: those that follow each other and are of one kind and month together.
func (d *draft) runs(c *call, at int32) {
	for at >= 0 {
		first := d.entry(c, at)
		behind, n := d.next[at], 1
		if first.kind != schemas.LevelPurchase {
			for behind >= 0 {
				e := d.entry(c, behind)
				if e.kind != first.kind || e.month != first.month {
					break
				}
				behind, n = d.next[behind], n+1
			}
		}
		head := runKind(first.kind) + runMonth*int(first.month) + runCount*n
		if behind < 0 {
			head += runLast
		}
		d.number(int64(head))
		if first.kind == schemas.LevelPurchase {
			d.purchase(first)
			at = behind
			continue
		}
		for i := at; i != behind; i = d.next[i] {
			e := d.entry(c, i)
			d.sent = append(d.sent, e.write)
			d.number(e.order)
		}
		for ; at != behind; at = d.next[at] {
			d.number(int64(d.entry(c, at).second))
		}
	}
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
	from := len(d.text)
	d.text = append(d.text, event.Purchase...)
	d.keep(from)
	from = len(d.text)
	d.text = append(d.text, event.SKU...)
	d.keep(from)
	d.number(int64(event.Rank))
	d.number(event.At)
	d.number(event.Until)
}

// number appends an argument in decimal.
func (d *draft) number(n int64) {
	from := len(d.text)
	d.text = strconv.AppendInt(d.text, n, 10)
	d.keep(from)
}

// keep makes an argument of the text from there on.
func (d *draft) keep(from int) {
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
