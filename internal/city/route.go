package city

// hop is one edge of a route.
type hop struct {
	to      int32
	class   class
	seconds float64 // when the road is free
}

// router finds quickest routes. It is for one goroutine: what it remembers is reused.
type router struct {
	roads *roads
	round uint32
	seen  []uint32  // round in which a junction was reached
	cost  []float32 // s, from the beginning
	by    []int32   // the edge that reached it
	prev  []int32
	open  heap
}

func newRouter(r *roads) *router {
	n := len(r.at)
	return &router{roads: r, seen: make([]uint32, n), cost: make([]float32, n), by: make([]int32, n), prev: make([]int32, n)}
}

// route appends the hops of the quickest way between two junctions to dst (A*). A town
// holds together, so there always is one.
func (r *router) route(dst []hop, from, to int32) []hop {
	r.round++
	r.open = r.open[:0]
	r.reach(from, 0, -1, -1, to)
	for len(r.open) > 0 {
		i := r.open.pop()
		if i.junction == to {
			break
		}
		if i.cost > r.cost[i.junction] {
			continue // a better way was found since
		}
		for k := r.roads.first[i.junction]; k < r.roads.first[i.junction+1]; k++ {
			e := &r.roads.edges[k]
			cost := i.cost + e.seconds
			if r.seen[e.to] != r.round || cost < r.cost[e.to] {
				r.reach(e.to, cost, k, i.junction, to)
			}
		}
	}
	return r.trace(dst, from, to)
}

func (r *router) reach(junction int32, cost float32, by, prev, goal int32) {
	r.seen[junction], r.cost[junction], r.by[junction], r.prev[junction] = r.round, cost, by, prev
	hope := r.roads.at[junction].to(r.roads.at[goal]) / topSpeed
	r.open.push(open{junction: junction, cost: cost, total: cost + float32(hope)})
}

func (r *router) trace(dst []hop, from, to int32) []hop {
	begin := len(dst)
	for at := to; at != from; at = r.prev[at] {
		e := &r.roads.edges[r.by[at]]
		dst = append(dst, hop{to: e.to, class: e.class, seconds: float64(e.seconds)})
	}
	for i, k := begin, len(dst)-1; i < k; i, k = i+1, k-1 {
		dst[i], dst[k] = dst[k], dst[i]
	}
	return dst
}

// open is a junction that was reached and not yet left.
type open struct {
	junction    int32
	cost, total float32
}

// heap has the least total on top.
type heap []open

func (h *heap) push(o open) {
	*h = append(*h, o)
	s := *h
	i := len(s) - 1
	for i > 0 && s[(i-1)/2].total > o.total {
		s[i] = s[(i-1)/2]
		i = (i - 1) / 2
	}
	s[i] = o
}

func (h *heap) pop() open {
	s := *h
	top, last := s[0], s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	i := 0
	for {
		child := 2*i + 1
		if child >= len(s) {
			break
		}
		if child+1 < len(s) && s[child+1].total < s[child].total {
			child++
		}
		if s[child].total >= last.total {
			break
		}
		s[i] = s[child]
		i = child
	}
	if len(s) > 0 {
		s[i] = last
	}
	return top
}
