package plan

import (
	"math"

	"sluice/schemas"
)

// Kind is how a record misbehaves.
type Kind uint8

// The kinds.
const (
	Plain    Kind = iota
	Late          // too old for live on arrival
	Ahead         // the device's clock is ahead beyond the tolerance
	Teleport      // far away for one ping
	Refused       // poison for the gateway, which must refuse it
	Dead          // poison for the topic, which must end as a dead letter
)

// Poison reports whether a record of that kind is never acceptable.
func (k Kind) Poison() bool { return k == Refused || k == Dead }

// Author writes the records of a plan. It keeps no state: any number of goroutines may ask.
type Author struct {
	Plan
	bounds              [5]uint64 // cumulative, of 2^32
	doubled, disordered uint64
	roads               [8]road
}

// road is a direction of travel: micro-degrees of latitude and longitude per km.
type road struct{ heading, lat, lon int64 }

// New checks the plan.
func New(p Plan) (*Author, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	a := &Author{Plan: p, doubled: of32(p.Shares.Doubled), disordered: of32(p.Shares.Disordered)}
	s := p.Shares
	sum := 0.0
	for i, share := range []float64{s.Late, s.Ahead, s.Teleport, s.Poison * (1 - s.Topic), s.Poison * s.Topic} {
		sum += share
		a.bounds[i] = of32(sum)
	}
	a.roads = [...]road{ // a km north is 8993 micro-degrees, a km east 10518 at the city's latitude
		{0, 8993, 0},
		{45, 6359, 7437},
		{90, 0, 10518},
		{135, -6359, 7437},
		{180, -8993, 0},
		{225, -6359, -7437},
		{270, 0, -10518},
		{315, 6359, -7437},
	}
	return a, nil
}

func of32(share float64) uint64 { return uint64(math.Round(min(share, 1) * (1 << 32))) }

// mix scatters the bits of x (the finaliser of splitmix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// chance is the dice of record n; further ones are mixes of it.
func (a *Author) chance(n int64) uint64 {
	return mix(a.Seed*0x9e3779b97f4a7c15 + uint64(n)*0xd1342543de82ef95 + 1)
}

// Kind is how record n misbehaves.
func (a *Author) Kind(n int64) Kind { return a.kind(a.chance(n)) }

func (a *Author) kind(dice uint64) Kind {
	low := dice & math.MaxUint32
	if low >= a.bounds[4] {
		return Plain
	}
	for i, bound := range a.bounds {
		if low < bound {
			return Late + Kind(i)
		}
	}
	return Plain
}

// Driver is the number of the driver of record n.
func (a *Author) Driver(n int64) int64 { return n % a.Drivers }

// idDigits is the width of a driver's number in its id.
const idDigits = 7

// DriverID appends the id of a driver.
func (a *Author) DriverID(dst []byte, driver int64) []byte {
	return padded(append(dst, a.Run...), driver, idDigits)
}

// Record is record n, in whole numbers so that every machine makes the same.
type Record struct {
	N       int64
	Driver  int64
	Kind    Kind
	TS      int64 // the device's clock, ms since 1970 UTC
	LatE6   int64 // micro-degrees
	LonE6   int64
	Speed   int64 // dm/s
	Heading int64 // degrees
	Status  schemas.Status
	form    poison
}

// Record makes record n.
func (a *Author) Record(n int64) Record {
	dice := a.chance(n)
	r := Record{N: n, Driver: n % a.Drivers, Kind: a.kind(dice)}
	more := mix(dice + 1)
	at := a.Start + a.Due(n).Milliseconds() // the true time of the fix
	r.TS = at
	switch r.Kind {
	case Late:
		at -= max(a.Rules.MaxAge, minuteMS) + lateMargin + int64(more%lateSpread)
		r.TS = at
	case Ahead:
		r.TS = at + a.Rules.ClockAhead + minuteMS + int64(more%aheadSpread)
	case Refused, Dead:
		r.form = poison(more % poisonForms)
	case Plain, Teleport:
	}
	a.drive(&r, at)
	if r.Kind == Teleport {
		r.LatE6 += teleportE6
	}
	return r
}

const (
	minuteMS    = 60_000
	lateMargin  = 5_000         // ms beyond the age limit, so that clocks do not matter
	lateSpread  = 10 * minuteMS // ms
	aheadSpread = 24 * 60 * minuteMS
	teleportE6  = 4_500_000 // 500 km north: no road leads there within an hour
)

// ExpectedTS is the event time that counts for r when it was received at that time, ms since 1970 UTC.
func (a *Author) ExpectedTS(r *Record, receivedAt int64) int64 {
	return schemas.EffectiveTS(r.TS, receivedAt, a.Rules.ClockAhead)
}
