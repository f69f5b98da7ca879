package reconcile

import "sluice/schemas"

// tally is one side's digest of one bucket.
type tally struct {
	counted []schemas.OrderDigest // by month of the window
	voids   schemas.OrderDigest   // tombstones of all those months
}

func newTallies(buckets, months int) []tally {
	all := make([]tally, buckets)
	for i := range all {
		all[i].counted = make([]schemas.OrderDigest, months)
	}
	return all
}

// held adds what a store holds of a member.
func (t *tally) held(h *schemas.Held) {
	member := []byte(h.Member)
	for i := range h.Counted {
		for _, id := range h.Counted[i] {
			t.counted[i].Add(member, id)
		}
	}
	for _, id := range h.Voids {
		t.voids.Add(member, id)
	}
}

// fact adds an order of the index.
func (t *tally) fact(w *window, member []byte, f *fact) {
	switch {
	case f.counts:
		t.counted[w.place(f.month)].Add(member, f.id)
	case f.tomb:
		t.voids.Add(member, f.id)
	}
}

// equal compares one month, by its place, or with -1 all of it.
func (t *tally) equal(other *tally, only int) bool {
	if only >= 0 {
		return t.counted[only] == other.counted[only]
	}
	for i := range t.counted {
		if t.counted[i] != other.counted[i] {
			return false
		}
	}
	return t.voids == other.voids
}

// orders is how many there are.
func (t *tally) orders() (n int64) {
	for i := range t.counted {
		n += t.counted[i].Orders
	}
	return n
}

// short says whether a store lacks so many of the orders that the index knows, at least that many, that it is filled anew.
func (t *tally) short(index *tally, least int) bool {
	has, should := t.orders(), index.orders()
	return should-has >= int64(least) && has*2 < should
}
