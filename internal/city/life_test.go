package city

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sluice/schemas"
)

// at is a moment of a workday, local at Shanghai.
func at(hour, minute int) time.Time {
	return time.Date(2026, 11, 20, hour-8, minute, 0, 0, time.UTC)
}

// honest is a city of phones that tell the truth, but for tunnels.
func honest(drivers int, seed uint64) Config {
	return Config{Drivers: drivers, Seed: seed, WrongClocks: -1, SendTwice: -1}
}

// metres is where a ping is, in the town's measure.
func (c *City) metres(p *heardPing) point {
	return point{
		x: (p.Lon - c.cfg.CentreLon) * metresPerDegree * math.Cos(c.cfg.CentreLat*math.Pi/180),
		y: (p.Lat - c.cfg.CentreLat) * metresPerDegree,
	}
}

// offRoad is how far a place is from the nearest road, and what class of road that is.
func (t *town) offRoad(p point) (metres float64, on class) {
	metres = math.Inf(1)
	for i := range t.roads.at {
		a := t.roads.at[i]
		if p.to(a) > 3000 { // no road is longer than twice that
			continue
		}
		for _, e := range t.roads.from(int32(i)) {
			if d := p.toRoad(a, t.roads.at[e.to]); d < metres {
				metres, on = d, e.class
			}
		}
	}
	return metres, on
}

// offTunnel is how far a place is from the nearest tunnel.
func (c *City) offTunnel(p point) float64 {
	nearest := math.Inf(1)
	for i := range c.town.roads.at {
		for _, e := range c.town.roads.from(int32(i)) {
			if e.class == tunnel {
				nearest = min(nearest, p.toRoad(c.town.roads.at[i], c.town.roads.at[e.to]))
			}
		}
	}
	return nearest
}

func (p point) toRoad(a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	part := ((p.x-a.x)*dx + (p.y-a.y)*dy) / (dx*dx + dy*dy)
	part = min(max(part, 0), 1)
	return p.to(point{x: a.x + part*dx, y: a.y + part*dy})
}

// TestLife holds whatever the seed and the hour are.
func TestLife(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		begin := at(rapid.IntRange(0, 23).Draw(r, "hour"), rapid.IntRange(0, 59).Draw(r, "minute"))
		cfg := honest(4, rapid.Uint64().Draw(r, "seed"))
		cfg.Radius = float64(rapid.SampledFrom([]int{2000, 4000, 6000}).Draw(r, "radius"))
		c, heard := lifeOf(t, cfg, begin, begin.Add(16*time.Minute))
		for id, pings := range heard {
			for i := range pings {
				p := &pings[i]
				if i%20 == 0 { // looking for the nearest road is slow
					if off, on := c.town.offRoad(c.metres(p)); off > 3*math.Sqrt2*p.Accuracy/2+1 {
						r.Fatalf("%s is %g m off the next road (%d): %s", id, off, on, p.line)
					}
				}
				if p.Speed >= 40 || p.Accuracy <= 0 {
					r.Fatalf("%s", p.line)
				}
				if i > 0 {
					consistent(r, &pings[i-1], p, c)
				}
			}
		}
	})
}

// consistent checks a ping against the one before it: later, in reach, and by its own word.
func consistent(r *rapid.T, before, p *heardPing, c *City) {
	seconds := float64(p.TS-before.TS) / 1000
	if seconds <= 0 || p.Seq <= before.Seq {
		r.Fatalf("not later than the one before:\n%s\n%s", before.line, p.line)
	}
	a, b := c.metres(before), c.metres(p)
	noise := 3 * math.Sqrt2 * (before.Accuracy + p.Accuracy) / 2
	if way := a.to(b); way > 40*seconds+noise {
		r.Fatalf("%g m in %g s:\n%s\n%s", way, seconds, before.line, p.line)
	}
	if math.IsNaN(p.Heading) != (p.Speed == 0) {
		r.Fatalf("a heading while standing, or none while moving: %s", p.line)
	}
	if seconds > 2 || before.Speed != p.Speed || before.Heading != p.Heading || p.Speed == 0 {
		return
	}
	sin, cos := math.Sincos(p.Heading * math.Pi / 180)
	along := (b.x-a.x)*sin + (b.y-a.y)*cos
	if math.Abs(along-p.Speed*seconds) > noise+2 {
		r.Fatalf("moved %g m, not %g:\n%s\n%s", along, p.Speed*seconds, before.line, p.line)
	}
}

// TestLateMeansTunnel: a ping that comes late was sent in a tunnel, at the end of it, with
// all that the phone kept; and no ping from inside a tunnel comes in time.
func TestLateMeansTunnel(t *testing.T) {
	cfg := honest(120, 4)
	c, heard := lifeOf(t, cfg, at(14, 0), at(14, 25))
	bursts, late := 0, 0
	for id, pings := range heard {
		for i := range pings {
			p := &pings[i]
			switch age := p.came - p.TS; {
			case age < 0:
				t.Fatalf("%s is ahead by %d ms", id, -age)
			case age <= 100 && p.Accuracy >= 12: // no receiver is so bad under the sky
				t.Fatalf("out of a tunnel in time: %s", p.line)
			case age > 100:
				late++
				if off := c.offTunnel(c.metres(p)); off > 3*math.Sqrt2*p.Accuracy/2+1 {
					t.Fatalf("late by %d ms, %g m from any tunnel: %s", age, off, p.line)
				}
			}
			if i == 0 || p.came != pings[i-1].came {
				continue
			}
			if i > 1 && pings[i-2].came != p.came {
				bursts++
			}
			if p.TS-pings[i-1].TS != 2000 {
				t.Errorf("a hole in a burst: %d and %d", pings[i-1].TS, p.TS)
			}
		}
	}
	if bursts == 0 || late < 5*bursts {
		t.Errorf("%d late pings in %d bursts: nobody drove through a tunnel", late, bursts)
	}
	t.Logf("%d late pings in %d bursts", late, bursts)
}

// TestAStartLeavesNoTrace: a city that was started later says the same, byte by byte, but for
// what a phone kept since before the start.
func TestAStartLeavesNoTrace(t *testing.T) {
	cfg := Config{Drivers: 40, Seed: 7}
	_, whole := lifeOf(t, cfg, at(8, 10), at(8, 30))
	_, second := lifeOf(t, cfg, at(8, 20), at(8, 30))
	for id, pings := range second {
		had := map[string]bool{}
		for i := range whole[id] {
			had[whole[id][i].line] = true
		}
		for i := range pings {
			if !had[pings[i].line] && pings[i].Status != schemas.StatusOffline { // who is offline says so at each start
				t.Fatalf("new after a restart: %s", pings[i].line)
			}
		}
	}
	_, other := lifeOf(t, Config{Drivers: 40, Seed: 8}, at(8, 20), at(8, 21))
	if other["D0000001"][0].line == second["D0000001"][0].line {
		t.Error("another seed is the same city")
	}
}

func TestOddPhones(t *testing.T) {
	cfg := Config{Drivers: 250, Seed: 3, WrongClocks: 0.1, SendTwice: 0.1}
	_, heard := lifeOf(t, cfg, at(11, 0), at(11, 3))
	ahead, behind, doubled := 0, 0, 0
	for _, pings := range heard {
		twice := 0
		for i := range pings {
			if i > 0 && pings[i].TS < pings[i-1].TS {
				t.Fatalf("back in time:\n%s\n%s", pings[i-1].line, pings[i].line)
			}
			if i > 0 && pings[i].line == pings[i-1].line {
				twice++
			}
		}
		switch first := &pings[0]; {
		case first.TS > first.came:
			ahead++
		case first.TS < first.came-1000:
			behind++
		}
		if twice > 0 {
			doubled++
			if twice < len(pings)/3 { // not those of a tunnel, nor the last of a round
				t.Errorf("a phone sent %d of %d pings twice", twice, len(pings))
			}
		}
	}
	if ahead < 5 || behind < 5 || ahead+behind > 50 || doubled < 10 || doubled > 50 {
		t.Errorf("%d clocks ahead, %d behind, %d phones that send twice", ahead, behind, doubled)
	}
}

// TestTheDay: fewer at night, more passengers and slower roads in the rush hour.
func TestTheDay(t *testing.T) {
	const drivers = 80
	type hours struct{ online, busy, speed float64 }
	look := func(h int) hours {
		_, heard := lifeOf(t, honest(drivers, 5), at(h, 0), at(h, 15))
		var said, busy, moving, speed float64
		for _, pings := range heard {
			for i := range pings {
				said++
				if pings[i].Status == schemas.StatusBusy {
					busy++
				}
				if pings[i].Speed > 0 {
					moving++
					speed += pings[i].Speed
				}
			}
		}
		return hours{online: said / (drivers * 450), busy: busy / said, speed: speed / moving}
	}
	night, rush, noon := look(3), look(18), look(11)
	t.Logf("night %+v, noon %+v, rush hour %+v", night, noon, rush)
	if night.online > 0.75 || noon.online < 0.85 || rush.busy < 1.3*noon.busy || rush.speed > 0.75*night.speed {
		t.Error("one hour is like another")
	}
	if noon.busy < 0.1 || noon.busy > 0.6 {
		t.Errorf("%g of the drivers are busy at noon", noon.busy)
	}
}
