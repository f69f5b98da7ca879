package city

import "math"

// The town's measures, m.
const (
	spacing   = 250 // between two side streets
	mainEach  = 4   // every so many streets one is a main road
	ringShare = 0.6 // of the town's radius
	ringStep  = 400 // between two junctions of the ring
	rampReach = 400 // from the ring to a main road
	shoreline = 40  // from the water to the first street
	halfRiver = 130
)

// town is the roads, and where on them one can stop.
type town struct {
	roads *roads
	stops [][]int32 // junction by row and column of the street grid, -1 = none there
}

// builder collects a town; positions are those of an unrotated plan until done turns it.
type builder struct {
	chance chance
	radius float64
	river  river
	at     []point
	links  []link
	grid   [][]int32
}

// newTown builds a town: streets in a warped grid with gaps, main roads between them, a
// river that only bridges and tunnels cross, and a ring.
func newTown(seed uint64, radius float64) *town {
	b := &builder{chance: chanceOf(seed, aboutTown, 0, 0), radius: radius}
	b.river = newRiver(&b.chance, radius)
	b.junctions()
	b.streets()
	b.crossings()
	b.ring()
	return b.done()
}

// size is the number of rows and of columns; the middle one goes through the centre.
func (b *builder) size() int { return 2*int(b.radius/spacing) + 1 }

// plan is where the street grid has a junction.
func (b *builder) plan(row, col int) point {
	half := b.size() / 2
	return point{x: float64(col-half) * spacing, y: float64(row-half) * spacing}
}

func (b *builder) isMain(i int) bool { return (i-b.size()/2)%mainEach == 0 }

// junctions are where streets meet, inside the town and dry.
func (b *builder) junctions() {
	b.grid = make([][]int32, b.size())
	for row := range b.grid {
		b.grid[row] = make([]int32, b.size())
		for col := range b.grid[row] {
			p := b.plan(row, col)
			b.grid[row][col] = -1
			if math.Hypot(p.x, p.y) > b.radius || math.Abs(b.river.east(p)) < halfRiver+shoreline {
				continue
			}
			b.grid[row][col] = b.add(p)
		}
	}
}

func (b *builder) add(p point) int32 {
	b.at = append(b.at, p)
	return int32(len(b.at) - 1)
}

func (b *builder) join(a, c int32, class class) {
	b.links = append(b.links, link{a: a, b: c, class: class})
}

// gaps is the share of side streets that were never built.
const gaps = 0.12

func (b *builder) streets() {
	for row := range b.grid {
		for col := range b.grid[row] {
			b.street(row, col, row, col+1, b.isMain(row))
			b.street(row, col, row+1, col, b.isMain(col))
		}
	}
}

// street joins two neighbours, if both are there and on one side of the river.
func (b *builder) street(row, col, row2, col2 int, isMain bool) {
	if row2 >= len(b.grid) || col2 >= len(b.grid) {
		return
	}
	a, c := b.grid[row][col], b.grid[row2][col2]
	if a < 0 || c < 0 || (b.river.east(b.at[a]) < 0) != (b.river.east(b.at[c]) < 0) {
		return
	}
	switch {
	case isMain:
		b.join(a, c, main)
	case !b.chance.share(gaps):
		b.join(a, c, side)
	}
}

// done turns and warps the plan into the town, and leaves out what hangs on nothing.
func (b *builder) done() *town {
	in := largest(len(b.at), b.links)
	bend := newBend(&b.chance)
	number := make([]int32, len(b.at))
	var at []point
	for i, p := range b.at {
		number[i] = -1
		if in[i] {
			number[i] = int32(len(at))
			at = append(at, bend.of(p))
		}
	}
	var links []link
	for _, l := range b.links {
		if in[l.a] {
			links = append(links, link{a: number[l.a], b: number[l.b], class: l.class})
		}
	}
	for _, row := range b.grid {
		for col, i := range row {
			if i >= 0 {
				row[col] = number[i]
			}
		}
	}
	return &town{roads: newRoads(at, links), stops: b.grid}
}

// near is a place to stop within so many metres of a junction's place in the grid, as far
// as chance finds one; it is where it was asked about at worst.
func (t *town) near(row, col int, within float64, c *chance) (nearRow, nearCol int) {
	reach := int(within / spacing)
	for range 8 {
		r := row + int(c.within(-float64(reach), float64(reach)+1))
		k := col + int(c.within(-float64(reach), float64(reach)+1))
		if r >= 0 && r < len(t.stops) && k >= 0 && k < len(t.stops) && t.stops[r][k] >= 0 {
			return r, k
		}
	}
	return row, col
}
