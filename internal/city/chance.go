package city

// chance is a sequence of numbers that depends on nothing but what it was made of, so
// that whoever asks about a driver, in whatever order, is told the same.
type chance uint64

// What a chance is about, so that no two questions share a sequence.
const (
	aboutTown uint64 = iota + 1
	aboutPerson
	aboutStop
	aboutRound
	aboutNoise
	aboutOrder
)

// chanceOf begins the sequence of one thing (n) at one time (at).
func chanceOf(seed, about, n, at uint64) chance {
	c := chance(seed)
	for _, part := range [...]uint64{about, n, at} {
		c = chance(c.next() ^ part)
	}
	return c
}

// next is splitmix64.
func (c *chance) next() uint64 {
	*c += 0x9e3779b97f4a7c15
	z := uint64(*c)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit is from 0 to below 1.
func (c *chance) unit() float64 { return float64(c.next()>>11) / (1 << 53) }

// within is from low to below high.
func (c *chance) within(low, high float64) float64 { return low + (high-low)*c.unit() }

// one in two, in a hundred: true for that share.
func (c *chance) share(of float64) bool { return c.unit() < of }

// bell is like a normal deviate of variance 1, and never beyond ±3.
func (c *chance) bell() float64 { return c.within(-1, 1) + c.within(-1, 1) + c.within(-1, 1) }
