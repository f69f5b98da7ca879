package verify

import "math/bits"

// set is a set of record numbers, a bit each.
type set []uint64

func newSet(n int64) set { return make(set, (n+63)/64) }

// add reports whether n is new.
func (s set) add(n int64) bool {
	word, bit := n>>6, uint64(1)<<(n&63)
	if s[word]&bit != 0 {
		return false
	}
	s[word] |= bit
	return true
}

func (s set) has(n int64) bool { return s[n>>6]&(1<<(n&63)) != 0 }

func (s set) size() int64 {
	total := 0
	for _, word := range s {
		total += bits.OnesCount64(word)
	}
	return int64(total)
}

// each calls f for the numbers for which pick, of the words of a few sets, leaves a bit.
func each(words int, pick func(i int) uint64, f func(n int64)) {
	for i := range words {
		for word := pick(i); word != 0; word &= word - 1 {
			f(int64(i)<<6 | int64(bits.TrailingZeros64(word)))
		}
	}
}
