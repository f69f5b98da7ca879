package pipelines

import "hash/maphash"

// Identity stands for a key: 128 bits of two seeded hashes. Two keys with one identity
// are not told apart; among a million keys that happens once in 10^26 processes.
type Identity [2]uint64

// Hashing makes identities; those of two Hashings are not comparable.
type Hashing struct{ seeds [2]maphash.Seed }

// NewHashing returns one with seeds of its own, so that nobody can choose keys that collide.
func NewHashing() Hashing {
	return Hashing{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// Of is the identity of a key.
func (h *Hashing) Of(key []byte) Identity {
	return Identity{maphash.Bytes(h.seeds[0], key), maphash.Bytes(h.seeds[1], key)}
}

// Index finds the number that goes with an identity. It is an open-addressed table
// without pointers: a look-up touches one cache line, and the collector none. A map of
// strings costs several times that, for each ping of each driver. The zero value is empty and
// ready; it is for one goroutine.
type Index struct {
	table []indexed
	used  int
}

type indexed struct {
	id     Identity
	number int32 // plus one; 0 = free
}

// Get is the number of an identity.
func (x *Index) Get(id Identity) (int32, bool) {
	if x.used == 0 {
		return 0, false
	}
	at := x.find(id)
	return x.table[at].number - 1, x.table[at].number != 0
}

// Put sets the number, 0 or above, of an identity.
func (x *Index) Put(id Identity, number int32) {
	if 4*(x.used+1) > 3*len(x.table) {
		x.grow()
	}
	at := x.find(id)
	if x.table[at].number == 0 {
		x.used++
	}
	x.table[at] = indexed{id: id, number: number + 1}
}

// Delete forgets an identity; those behind it close the gap, so that no probe ends early.
func (x *Index) Delete(id Identity) {
	if x.used == 0 {
		return
	}
	gap := x.find(id)
	if x.table[gap].number == 0 {
		return
	}
	x.used--
	mask := len(x.table) - 1
	for at := (gap + 1) & mask; x.table[at].number != 0; at = (at + 1) & mask {
		if home := x.home(x.table[at].id); (at-home)&mask >= (at-gap)&mask {
			x.table[gap] = x.table[at]
			gap = at
		}
	}
	x.table[gap] = indexed{}
}

// Len is how many identities have a number.
func (x *Index) Len() int { return x.used }

// Clear forgets all and keeps the room.
func (x *Index) Clear() {
	clear(x.table)
	x.used = 0
}

// find is where the identity stands, or the free place where it belongs.
func (x *Index) find(id Identity) int {
	at, mask := x.home(id), len(x.table)-1
	for x.table[at].number != 0 && x.table[at].id != id {
		at = (at + 1) & mask
	}
	return at
}

func (x *Index) home(id Identity) int { return int(id[0]) & (len(x.table) - 1) }

func (x *Index) grow() {
	old := x.table
	x.table = make([]indexed, max(64, 2*len(old)))
	for _, entry := range old {
		if entry.number != 0 {
			x.table[x.find(entry.id)] = entry
		}
	}
}
