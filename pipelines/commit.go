package pipelines

import "math/bits"

// progress knows which offsets of a partition are settled, and so below which offset all
// are: the only thing a lane may commit. One bit an offset, in a ring that spans from the
// first unsettled offset to the newest one. It belongs to one lane, and is not locked.
type progress struct {
	next int64 // every offset below it is settled
	end  int64 // one above the newest tracked offset; -1 before the first
	open int64 // tracked and not settled
	ring []uint64
}

const minRingWords = 64

func newProgress() *progress {
	return &progress{next: -1, end: -1, ring: make([]uint64, minRingWords)}
}

// track takes notice of a record. Offsets come in ascending order; those missing between
// two records (compacted away, control records) have nothing to settle. It is false for
// an offset that was tracked before: the record is a repetition and has its verdict or
// will get it.
func (p *progress) track(offset int64) bool {
	if offset < p.end {
		return false
	}
	if p.open == 0 {
		p.next, p.end = offset, offset
	}
	p.grow(offset + 1 - p.next)
	for gap := p.end; gap < offset; gap++ {
		p.ring[p.word(gap)] |= bit(gap)
	}
	p.ring[p.word(offset)] &^= bit(offset)
	p.end = offset + 1
	p.open++
	return true
}

// settle marks one tracked offset; a second time changes nothing. It does not move next: advance does.
func (p *progress) settle(offset int64) {
	if offset < p.next || offset >= p.end {
		return
	}
	word := &p.ring[p.word(offset)]
	if *word&bit(offset) == 0 {
		*word |= bit(offset)
		p.open--
	}
}

// advance moves next over the settled prefix and returns it; -1 when nothing was ever tracked.
func (p *progress) advance() int64 {
	for p.next < p.end {
		settled := p.ring[p.word(p.next)] >> (uint64(p.next) & 63)
		run := min(int64(bits.TrailingZeros64(^settled)), 64-p.next&63, p.end-p.next)
		if run == 0 {
			break
		}
		p.next += run
	}
	return p.next
}

// span is how many offsets lie between the first unsettled one and the newest.
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
