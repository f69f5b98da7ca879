package city

import "math"

// ring is a road on stilts around the centre: every second of its junctions has a ramp
// down to a main road, when there is one near.
func (b *builder) ring() {
	radius := ringShare * b.radius
	n := int(2 * math.Pi * radius / ringStep)
	first := int32(len(b.at))
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		p := point{x: radius * cos, y: radius * sin}
		down, reach := b.nearestMain(p)
		b.add(p)
		if i%2 == 0 && reach <= rampReach {
			b.join(first+int32(i), down, ramp)
		}
	}
	for i := range n {
		b.join(first+int32(i), first+int32((i+1)%n), ring)
	}
}

// nearestMain is the nearest junction on a main road, and how far it is.
func (b *builder) nearestMain(p point) (nearest int32, metres float64) {
	nearest, metres = -1, math.Inf(1)
	for row := range b.grid {
		for col, i := range b.grid[row] {
			if i < 0 || (!b.isMain(row) && !b.isMain(col)) {
				continue
			}
			if d := p.to(b.at[i]); d < metres {
				nearest, metres = i, d
			}
		}
	}
	return nearest, metres
}

// bend makes a town of a plan: turned, and with streets that are not quite straight.
type bend struct {
	sin, cos         float64
	shiftX, shiftY   float64 // radians
	lengthX, lengthY float64 // 1/m
}

const bendMetres = 90

func newBend(c *chance) bend {
	sin, cos := math.Sincos(c.within(0, math.Pi/2))
	return bend{
		sin: sin, cos: cos, shiftX: c.within(0, 2*math.Pi), shiftY: c.within(0, 2*math.Pi),
		lengthX: 2 * math.Pi / c.within(2000, 4000), lengthY: 2 * math.Pi / c.within(2000, 4000),
	}
}

func (b bend) of(p point) point {
	x := p.x + bendMetres*math.Sin(b.lengthX*p.y+b.shiftX)
	y := p.y + bendMetres*math.Sin(b.lengthY*p.x+b.shiftY)
	return point{x: b.cos*x - b.sin*y, y: b.sin*x + b.cos*y}
}
