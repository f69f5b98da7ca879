package city

import "math"

// class is what kind of road an edge is.
type class uint8

const (
	side class = iota
	main
	ramp
	ring
	bridge
	tunnel // phones have no network in it
)

// speed is what the road is driven at when it is free, m/s.
func (c class) speed() float64 {
	switch c {
	case side:
		return 8
	case main:
		return 14
	case ramp:
		return 10
	case ring:
		return topSpeed
	case bridge, tunnel:
		return 15
	}
	return 0
}

// topSpeed is the greatest of all speeds, m/s: the router's hope.
const topSpeed = 22

// point is metres east and north of the town's centre.
type point struct{ x, y float64 }

func (p point) to(q point) float64 {
	x, y := q.x-p.x, q.y-p.y
	return math.Sqrt(x*x + y*y) // half the time of math.Hypot, which minds overflows
}

// link joins two junctions by a straight road, both ways.
type link struct {
	a, b  int32
	class class
}

// edge is one direction of a link, as its beginning has it.
type edge struct {
	to      int32
	class   class
	seconds float32 // when the road is free
}

// roads is the graph: the edges of junction i are edges[first[i]:first[i+1]].
type roads struct {
	at    []point
	first []int32
	edges []edge
}

func newRoads(at []point, links []link) *roads {
	r := &roads{at: at, first: make([]int32, len(at)+1), edges: make([]edge, 2*len(links))}
	for _, l := range links {
		r.first[l.a+1]++
		r.first[l.b+1]++
	}
	for i := range at {
		r.first[i+1] += r.first[i]
	}
	next := append([]int32(nil), r.first...)
	put := func(from, to int32, c class) {
		r.edges[next[from]] = edge{to: to, class: c, seconds: float32(at[from].to(at[to]) / c.speed())}
		next[from]++
	}
	for _, l := range links {
		put(l.a, l.b, l.class)
		put(l.b, l.a, l.class)
	}
	return r
}

func (r *roads) from(i int32) []edge { return r.edges[r.first[i]:r.first[i+1]] }

// largest says which junctions belong to the largest part that holds together.
func largest(n int, links []link) []bool {
	root := make([]int32, n)
	size := make([]int, n)
	for i := range root {
		root[i], size[i] = int32(i), 1
	}
	find := func(i int32) int32 {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	best := int32(0)
	for _, l := range links {
		a, b := find(l.a), find(l.b)
		if a != b {
			root[b] = a
			size[a] += size[b]
		}
		if size[find(best)] < size[a] {
			best = a
		}
	}
	best = find(best)
	in := make([]bool, n)
	for i := range in {
		in[i] = find(int32(i)) == best
	}
	return in
}
