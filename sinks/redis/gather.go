package redis

import (
	"encoding/binary"
	"hash/maphash"

	"sluice/schemas"
)

// How the number in front of a run is made: see lua/begin.lua.
const (
	runLast  = 4
	runMonth = 8
)

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
