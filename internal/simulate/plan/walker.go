package plan

import "math"

// Send is one record on its way: the first time, or again.
type Send struct {
	N     int64
	Again bool
}

// Walker goes through the blocks of a plan in their order and says which records each of
// them sends. Two walkers of one plan say the same. It is for one goroutine and keeps what is
// held back: at most Spread of the load.
type Walker struct {
	author *Author
	block  int64
	wheel  [][]Send // what is held back, by block modulo its length
}

// Walker starts at block 0.
func (a *Author) Walker() *Walker {
	return &Walker{author: a, wheel: make([][]Send, a.spread()+1)}
}

// Next appends what the next block sends: records held back until now, then new ones.
func (w *Walker) Next(dst []Send) []Send {
	slot := int(w.block % int64(len(w.wheel)))
	due := w.wheel[slot]
	for _, s := range due {
		dst = append(dst, s)
		if !s.Again {
			w.double(s.N)
		}
	}
	w.wheel[slot] = due[:0]
	for n := w.block * w.author.Batch; n < min((w.block+1)*w.author.Batch, w.author.Records); n++ {
		if w.author.Disordered(n) {
			w.hold(Send{N: n}, w.author.delay(n, 1))
			continue
		}
		dst = append(dst, Send{N: n})
		w.double(n)
	}
	w.block++
	return dst
}

// double holds the second copy of a record that is sent now.
func (w *Walker) double(n int64) {
	if w.author.Doubled(n) {
		w.hold(Send{N: n, Again: true}, w.author.delay(n, 2))
	}
}

func (w *Walker) hold(s Send, blocks int64) {
	slot := int((w.block + blocks) % int64(len(w.wheel)))
	w.wheel[slot] = append(w.wheel[slot], s)
}

// Doubled reports whether record n is sent again in a later request.
func (a *Author) Doubled(n int64) bool {
	if a.doubled == 0 {
		return false
	}
	dice := a.chance(n)
	return mix(dice+2)&math.MaxUint32 < a.doubled && !a.kind(dice).Poison()
}

// SentIn is the block in which record n is sent, and for a doubled one that in which it is sent again; -1 when
// it is not, or only behind the last block.
func (a *Author) SentIn(n int64) (first, again int64) {
	first, again = n/a.Batch, -1
	if a.Disordered(n) {
		first += a.delay(n, 1)
	}
	if a.Doubled(n) {
		again = first + a.delay(n, 2)
	}
	if again >= a.Blocks() {
		again = -1
	}
	if first >= a.Blocks() {
		first = -1
	}
	return first, again
}

// Disordered reports whether record n is held back behind newer ones.
func (a *Author) Disordered(n int64) bool {
	if a.disordered == 0 {
		return false
	}
	dice := a.chance(n)
	return mix(dice+2)>>32 < a.disordered && !a.kind(dice).Poison()
}

// delay is 1 to spread blocks, by a dice of its own for each use.
func (a *Author) delay(n int64, use uint64) int64 {
	return 1 + int64(mix(a.chance(n)+2+use)%uint64(a.spread()))
}
