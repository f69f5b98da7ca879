package embedded

import "math"

// tree keeps drivers by place: a region quadtree over longitude and latitude whose leaves
// split when they are full. Readers search a snapshot, which nothing changes any more; the
// writer copies a node the first time that it touches it after a snapshot was taken. So a
// search never waits for a write, nor a write for a search, however long either takes, and
// a driver who moves is in every snapshot exactly once.
//
// An R-tree with copy on write did this too (tidwall/rtree), but one that copies a node at
// every touch, not at the first; and its boxes cost twice the memory of these, which are
// known from the path.
type tree struct {
	root  *node
	epoch uint64 // nodes of an older one belong to a snapshot
}

// node is a quarter of its parent's box: a leaf with drivers, or four nodes.
type node struct {
	epoch   uint64
	kids    *[4]*node
	drivers []*driver
}

const (
	leafDrivers = 32 // a leaf with more is split
	thinDrivers = 12 // four leaves with fewer together become one
	deepest     = 22 // 9 m by 5 m at the equator: who stands so close stays in one leaf
)

// cell is a box of the tree by its path: the south-west corner in 32 bits each, and the depth.
type cell struct {
	x, y  uint32
	depth int
}

// grid is where a place is in 32 bits a coordinate, for the way down; distances are
// reckoned from the exact coordinates.
func grid(lat, lon float64) (x, y uint32) {
	scale := func(value, span float64) uint32 {
		return uint32(min(value/span*(1<<32), math.MaxUint32))
	}
	return scale(lon+180, 360), scale(lat+90, 180)
}

// quarter is which kid of a node at this depth holds the place.
func quarter(x, y uint32, depth int) int {
	shift := 31 - depth
	return int(x>>shift&1 | y>>shift&1<<1)
}

// kid is the cell of a node's quarter.
func (c cell) kid(quarter int) cell {
	shift := 31 - c.depth
	return cell{c.x | uint32(quarter&1)<<shift, c.y | uint32(quarter>>1)<<shift, c.depth + 1}
}

// snapshot returns the tree as it is now, for readers; it costs nothing by itself.
func (t *tree) snapshot() *node {
	t.epoch++
	return t.root
}

// own returns the node at this place for changing it, a copy when a snapshot has it.
func (t *tree) own(place **node) *node {
	n := *place
	switch {
	case n == nil:
		n = &node{epoch: t.epoch}
	case n.epoch != t.epoch:
		fresh := &node{epoch: t.epoch}
		if n.kids != nil {
			kids := *n.kids
			fresh.kids = &kids
		} else {
			fresh.drivers = append(make([]*driver, 0, len(n.drivers)+2), n.drivers...)
		}
		n = fresh
	default:
		return n
	}
	*place = n
	return n
}

// insert adds a driver who is not in the tree.
func (t *tree) insert(d *driver) {
	x, y := grid(d.lat, d.lon)
	n := t.own(&t.root)
	depth := 0
	for ; n.kids != nil; depth++ {
		n = t.own(&n.kids[quarter(x, y, depth)])
	}
	d.at = int32(len(n.drivers))
	n.drivers = append(n.drivers, d)
	for len(n.drivers) > leafDrivers && depth < deepest {
		n = t.split(n, depth, quarter(x, y, depth))
		depth++
	}
}

// split makes four nodes of a leaf and returns the one that may be too full itself.
func (t *tree) split(n *node, depth, full int) *node {
	n.kids = new([4]*node)
	for _, d := range n.drivers {
		x, y := grid(d.lat, d.lon)
		kid := t.own(&n.kids[quarter(x, y, depth)])
		d.at = int32(len(kid.drivers))
		kid.drivers = append(kid.drivers, d)
	}
	n.drivers = nil
	return t.own(&n.kids[full])
}

// replace puts a driver's newer position into the place of the old one, which is in the tree.
func (t *tree) replace(old, d *driver) {
	ox, oy := grid(old.lat, old.lon)
	x, y := grid(d.lat, d.lon)
	n := t.own(&t.root)
	for depth := 0; n.kids != nil; depth++ {
		from, to := quarter(ox, oy, depth), quarter(x, y, depth)
		if from != to {
			t.remove(old)
			t.insert(d)
			return
		}
		n = t.own(&n.kids[from])
	}
	d.at = old.at
	n.drivers[d.at] = d
}

// remove takes a driver out who is in the tree.
func (t *tree) remove(d *driver) {
	x, y := grid(d.lat, d.lon)
	var path [deepest + 1]*node
	n := t.own(&t.root)
	depth := 0
	for ; n.kids != nil; depth++ {
		path[depth] = n
		n = t.own(&n.kids[quarter(x, y, depth)])
	}
	last := len(n.drivers) - 1
	moved := n.drivers[last]
	moved.at = d.at
	n.drivers[d.at] = moved
	n.drivers[last] = nil
	n.drivers = n.drivers[:last]
	for depth--; depth >= 0 && t.merge(path[depth]); depth-- {
	}
}

// merge makes a leaf of a node with few drivers below it, and reports whether it did.
func (t *tree) merge(n *node) bool {
	total := 0
	for _, kid := range n.kids {
		if kid == nil {
			continue
		}
		if total += len(kid.drivers); kid.kids != nil || total > thinDrivers {
			return false
		}
	}
	drivers := make([]*driver, 0, total)
	for _, kid := range n.kids {
		if kid == nil {
			continue
		}
		for _, d := range kid.drivers {
			d.at = int32(len(drivers))
			drivers = append(drivers, d)
		}
	}
	n.kids, n.drivers = nil, drivers
	return true
}
