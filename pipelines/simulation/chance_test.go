package simulation

import "time"

// chance decides by lot. A decision depends on the seed and on what is decided, never on what was
// decided before it: so the same fault meets the same record in whatever order goroutines run,
// and still does when a shrinking scenario has lost other records.
type chance uint64

func (c chance) draw(what string, ids ...int64) uint64 {
	h := mix(uint64(c))
	for i := range len(what) {
		h = (h ^ uint64(what[i])) * 0x100000001b3
	}
	for _, id := range ids {
		h = mix(h ^ uint64(id))
	}
	return mix(h)
}

// hits is true in so many of a thousand cases.
func (c chance) hits(permille int, what string, ids ...int64) bool {
	return c.draw(what, ids...)%1000 < uint64(permille)
}

// below is a number from 0 to n-1.
func (c chance) below(n int, what string, ids ...int64) int {
	return int(c.draw(what, ids...) % uint64(n))
}

// between is a time to the nanosecond, so that hardly ever two things happen at one instant: what
// goroutines do at one instant has no order that a seed could repeat.
func (c chance) between(least, most time.Duration, what string, ids ...int64) time.Duration {
	return least + time.Duration(c.draw(what, ids...)%uint64(most-least+1))
}

// mix is the finalizer of splitmix64: each bit of h changes about half of the result's.
func mix(h uint64) uint64 {
	h += 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
