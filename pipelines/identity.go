package pipelines

import "hash/maphash"

// identity stands for a key: 128 bits of two seeded hashes. Two keys with one identity
// are not told apart; among a million keys that happens once in 10^26 processes.
type identity [2]uint64

// hashing makes identities; those of two hashings are not comparable.
type hashing struct{ seeds [2]maphash.Seed }

// newHashing returns one with seeds of its own, so that nobody can choose keys that collide.
func newHashing() hashing {
	return hashing{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// of is the identity of a key.
func (h *hashing) of(key []byte) identity {
	return identity{maphash.Bytes(h.seeds[0], key), maphash.Bytes(h.seeds[1], key)}
}

// index numbers identities: densely from 0, a number being used again once its identity
// was deleted. Numbers are places in slices of the caller's.
//
// It is an open-addressed table of eight bytes an entry, without pointers, at most seven
// eighths full: for a partition's drivers it fits a core's cache, where a map of strings
// waits for memory at each ping. The zero value is empty and ready; it is for one goroutine.
type index struct {
	table []place
	ids   []identity // by number
	free  []int32
	used  int
}

type place struct {
	tag    uint32 // the upper half of the identity's first word: most mismatches show here
	number int32  // plus one; 0 = free
}

// get is the number of an identity.
func (x *index) get(id identity) (int32, bool) {
	if x.used == 0 {
		return 0, false
	}
	at := x.find(id)
	return x.table[at].number - 1, x.table[at].number != 0
}

// peek is the number at the identity's home, which is its own but for a collision; -1 = none.
func (x *index) peek(id identity) int32 {
	if len(x.table) == 0 {
		return -1
	}
	return x.table[x.home(id)].number - 1
}

// add gives a number to an identity that has none.
func (x *index) add(id identity) int32 {
	if 8*(x.used+1) > 7*len(x.table) {
		x.grow()
	}
	var number int32
	if n := len(x.free); n > 0 {
		number, x.free = x.free[n-1], x.free[:n-1]
		x.ids[number] = id
	} else {
		number = int32(len(x.ids))
		x.ids = append(x.ids, id)
	}
	x.table[x.find(id)] = place{tag: tagOf(id), number: number + 1}
	x.used++
	return number
}

// delete forgets an identity; those behind it close the gap, so that no probe ends early.
func (x *index) delete(id identity) {
	if x.used == 0 {
		return
	}
	gap := x.find(id)
	if x.table[gap].number == 0 {
		return
	}
	x.used--
	x.free = append(x.free, x.table[gap].number-1)
	mask := len(x.table) - 1
	for at := (gap + 1) & mask; x.table[at].number != 0; at = (at + 1) & mask {
		home := x.home(x.ids[x.table[at].number-1])
		if (at-home)&mask >= (at-gap)&mask {
			x.table[gap] = x.table[at]
			gap = at
		}
	}
	x.table[gap] = place{}
}

// size is how many identities have a number.
func (x *index) size() int { return x.used }

// find is where the identity stands, or the free place where it belongs.
func (x *index) find(id identity) int {
	at, mask, tag := x.home(id), len(x.table)-1, tagOf(id)
	for x.table[at].number != 0 && (x.table[at].tag != tag || x.ids[x.table[at].number-1] != id) {
		at = (at + 1) & mask
	}
	return at
}

func (x *index) home(id identity) int { return int(id[0]) & (len(x.table) - 1) }

func tagOf(id identity) uint32 { return uint32(id[0] >> 32) }

func (x *index) grow() {
	old := x.table
	x.table = make([]place, max(64, 2*len(old)))
	for _, entry := range old {
		if entry.number != 0 {
			x.table[x.find(x.ids[entry.number-1])] = entry
		}
	}
}
