package city

import "math"

// river runs from south to north through the town, in bends.
type river struct {
	middle     float64 // m east of the centre, on average
	width      float64 // m, of its bends
	wave, turn float64 // 1/m, radians
}

func newRiver(c *chance, radius float64) river {
	return river{
		middle: c.within(-0.2, 0.2) * radius, width: c.within(0.08, 0.15) * radius,
		wave: 2 * math.Pi / (c.within(1.2, 2) * radius), turn: c.within(0, 2*math.Pi),
	}
}

// east is how far a place of the plan is east of the middle of the river, m; negative = west.
func (r river) east(p point) float64 {
	return p.x - r.middle - r.width*math.Sin(r.wave*p.y+r.turn)
}

// tunnelEach: of so many crossings one is a tunnel.
const tunnelEach = 3

// crossings carry the main roads across the river, which runs south to north: a bridge from shore to shore, or a
// tunnel that begins a street earlier and ends a street later.
func (b *builder) crossings() {
	count := 0
	for row := range b.grid {
		if !b.isMain(row) {
			continue
		}
		west, east := b.shores(row)
		kind := bridge
		if count%tunnelEach == 1 {
			kind = tunnel
			west, east = west-1, east+1
		}
		if west < 0 || east >= len(b.grid) || b.grid[row][west] < 0 || b.grid[row][east] < 0 {
			continue
		}
		b.join(b.grid[row][west], b.grid[row][east], kind)
		count++
	}
}

// shores are the last column west of the river and the first one east of it.
func (b *builder) shores(row int) (west, east int) {
	west, east = -1, len(b.grid)
	for col, i := range b.grid[row] {
		switch {
		case i < 0:
		case b.river.east(b.at[i]) < 0:
			west = col
		case east == len(b.grid):
			east = col
		}
	}
	return west, east
}
