package pipelines

import (
	"math/bits"
	"sort"
)

// progress knows which offsets of a partition are settled, and so below which offset all
// are: the only thing a lane may commit. One bit an offset, in a ring that spans from the
// first unsettled offset to the newest one. It belongs to one lane, and is not locked.
//
// An offset's place in the ring is the offset itself, until a leap over many offsets that hold
// nothing comes behind an unsettled one: behind it places are less than offsets.
type progress struct {
	next   int64 // place below which every offset is settled
	end    int64 // place one above the newest tracked offset; -1 before the first
	newest int64 // the offset there
	first  int64 // tracked
	open   int64 // tracked and not settled
	ring   []uint64
	by     int64  // what an offset has more than its place, at next
	leaps  []leap // ahead of next, ascending
}

// leap says that from a place on offsets have so much more than their places.
type leap struct{ at, by int64 }

// offset is the first one behind the leap.
func (l leap) offset() int64 { return l.at + l.by }

const (
	minRingWords = 64
	maxGap       = 4096 // offsets without a record that have a bit each; more of them are a leap
	leapPlaces   = 64   // that a leap takes up in the ring, so that leaps are bounded as offsets are
)

func newProgress() *progress {
	return &progress{next: -1, end: -1, newest: -1, ring: make([]uint64, minRingWords)}
}

// track takes notice of a record. Offsets come in ascending order; those missing between
// two records (compacted away, control records) have nothing to settle. It is false for
// an offset that was tracked before: the record is a repetition and has its verdict or
// will get it.
func (p *progress) track(offset int64) bool {
	if offset < p.newest {
		return false
	}
	if p.newest < 0 {
		p.first = offset
	}
	place := p.end + offset - p.newest
	switch {
	case p.open == 0:
		p.next, p.end, p.by, p.leaps = offset, offset, 0, p.leaps[:0]
		place = offset
	case offset-p.newest > maxGap:
		place = p.end + leapPlaces
		p.leaps = append(p.leaps, leap{at: place, by: offset - place})
	}
	p.grow(place + 1 - p.next)
	for gap := p.end; gap < place; gap++ {
		p.ring[p.word(gap)] |= bit(gap)
	}
	p.ring[p.word(place)] &^= bit(place)
	p.end, p.newest = place+1, offset+1
	p.open++
	return true
}

// place is where a tracked offset stands in the ring.
func (p *progress) place(offset int64) int64 {
	behind := sort.Search(len(p.leaps), func(i int) bool { return p.leaps[i].offset() > offset })
	if behind == 0 {
		return offset - p.by
	}
	return offset - p.leaps[behind-1].by
}

// settle marks one tracked offset; a second time changes nothing. It does not move next: advance does.
func (p *progress) settle(offset int64) {
	place := offset - p.by
	if len(p.leaps) > 0 {
		place = p.place(offset)
	}
	if place < p.next || place >= p.end {
		return
	}
	word := &p.ring[p.word(place)]
	if *word&bit(place) == 0 {
		*word |= bit(place)
		p.open--
	}
}

// advance moves over the settled prefix and returns the offset behind it; -1 when nothing was ever tracked.
func (p *progress) advance() int64 {
	for p.next < p.end {
		done := p.ring[p.word(p.next)] >> (uint64(p.next) & 63)
		run := min(int64(bits.TrailingZeros64(^done)), 64-p.next&63, p.end-p.next)
		if run == 0 {
			break
		}
		p.next += run
	}
	passed := 0
	for passed < len(p.leaps) && p.leaps[passed].at <= p.next {
		p.by = p.leaps[passed].by
		passed++
	}
	if passed > 0 {
		p.leaps = append(p.leaps[:0], p.leaps[passed:]...)
	}
	return p.settled()
}

// settled is the offset below which all were settled when advance last looked.
func (p *progress) settled() int64 { return p.next + p.by }

// beyond is how many offsets from committed on are settled; those that hold nothing count as well.
// committed is 0 when nothing was committed yet.
func (p *progress) beyond(committed int64) int64 {
	return max(p.newest-max(committed, p.first)-p.open, 0)
}

// span is how many places lie between the first unsettled offset and the newest.
func (p *progress) span() int64 { return p.end - p.next }

func (p *progress) word(offset int64) int { return int(offset>>6) & (len(p.ring) - 1) }

func bit(offset int64) uint64 { return 1 << (uint64(offset) & 63) }

// grow makes the ring wide enough for so many offsets, whatever the first one's place in its word.
func (p *progress) grow(offsets int64) {
	need := int(offsets>>6) + 2
	if need <= len(p.ring) {
		return
	}
	old := *p
	p.ring = make([]uint64, 1<<bits.Len(uint(need-1)))
	for offset := p.next &^ 63; offset < p.end; offset += 64 {
		p.ring[p.word(offset)] = old.ring[old.word(offset)]
	}
}
