package redis

import (
	"encoding/binary"
	"strconv"

	"sluice/pipelines"
	"sluice/schemas"
)

// span is a piece of text that is to be an argument.
type span struct{ arg, start, end int }

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
