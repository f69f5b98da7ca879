package city

import (
	"math"
	"reflect"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestATownIsWhole: whatever the seed and size, one can drive from anywhere to anywhere, there are all kinds
// of roads, and nobody swims.
func TestATownIsWhole(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		town := newTown(seed, float64(rapid.IntRange(minRadius, 8000).Draw(r, "radius")))
		roads := town.roads
		count := map[class]int{}
		var links []link
		for i := range roads.at {
			for _, e := range roads.from(int32(i)) {
				count[e.class]++
				links = append(links, link{a: int32(i), b: e.to})
			}
		}
		for _, in := range largest(len(roads.at), links) {
			if !in {
				r.Fatal("a junction hangs on nothing")
			}
		}
		for c := side; c <= tunnel; c++ {
			if count[c] == 0 {
				r.Fatalf("no road of class %d", c)
			}
		}
		stops := 0
		for _, row := range town.stops {
			for _, i := range row {
				if i >= 0 {
					stops++
				}
			}
		}
		if stops < len(roads.at)/2 {
			r.Fatalf("%d stops, %d junctions", stops, len(roads.at))
		}
	})
}

func TestATownComesFromItsSeed(t *testing.T) {
	if a, b := newTown(1, 4000), newTown(1, 4000); !reflect.DeepEqual(a, b) {
		t.Error("one seed, two towns")
	}
	if a, b := newTown(1, 4000), newTown(2, 4000); reflect.DeepEqual(a, b) {
		t.Error("two seeds, one town")
	}
}

// TestTheRiverIsCrossedByFewRoads: no street goes through the water.
func TestTheRiverIsCrossedByFewRoads(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := &builder{chance: chanceOf(rapid.Uint64().Draw(r, "seed"), aboutTown, 0, 0), radius: 6000}
		b.river = newRiver(&b.chance, b.radius)
		b.junctions()
		b.streets()
		for _, l := range b.links {
			for part := 0.0; part <= 1; part += 0.1 {
				p := point{x: b.at[l.a].x*(1-part) + b.at[l.b].x*part, y: b.at[l.a].y*(1-part) + b.at[l.b].y*part}
				if math.Abs(b.river.east(p)) < 50 {
					r.Fatalf("a street at %g m from the middle of the river", b.river.east(p))
				}
			}
		}
	})
}

// TestRoutesAreQuickest compares with a plain search over the whole town.
func TestRoutesAreQuickest(t *testing.T) {
	town := newTown(9, 3000)
	router := newRouter(town.roads)
	rapid.Check(t, func(r *rapid.T) {
		n := len(town.roads.at)
		from, to := int32(rapid.IntRange(0, n-1).Draw(r, "from")), int32(rapid.IntRange(0, n-1).Draw(r, "to"))
		hops := router.route(nil, from, to)
		at := from
		for _, h := range hops {
			found := false
			for _, e := range town.roads.from(at) {
				found = found || (e.to == h.to && e.class == h.class)
			}
			if !found {
				r.Fatalf("no road from %d to %d", at, h.to)
			}
			at = h.to
		}
		if at != to {
			r.Fatalf("it ends at %d, not at %d", at, to)
		}
		if best := plain(town.roads, from)[to]; math.Abs(seconds(hops)-best) > 0.01 {
			r.Fatalf("it takes %g s, the quickest %g", seconds(hops), best)
		}
	})
}

// plain is the time from one junction to each, by Bellman and Ford.
func plain(roads *roads, from int32) []float64 {
	cost := make([]float64, len(roads.at))
	for i := range cost {
		cost[i] = math.Inf(1)
	}
	cost[from] = 0
	for better := true; better; {
		better = false
		for i := range cost {
			for _, e := range roads.from(int32(i)) {
				if c := cost[i] + float64(e.seconds); c < cost[e.to]-1e-9 {
					cost[e.to], better = c, true
				}
			}
		}
	}
	return cost
}

// BenchmarkCity is a second of the city's life, without its gateway.
func BenchmarkCity(b *testing.B) {
	for _, drivers := range []int{2000, 100_000} {
		b.Run(strconv.Itoa(drivers), func(b *testing.B) {
			c := newCity(b, Config{Drivers: drivers, QueueBatches: 1}, &ear{})
			now := at(9, 0).UnixMilli()
			turn := newTurn(&c.cfg, now)
			second := func() {
				now += 1000
				c.live(turn, now)
				for len(c.queue) > 0 {
					<-c.queue
				}
			}
			second()
			second() // everybody has a plan
			for b.Loop() {
				second()
			}
			b.ReportMetric(float64(c.cfg.Drivers)/2, "pings/op")
		})
	}
}

func BenchmarkFirstRound(b *testing.B) {
	c := newCity(b, Config{Drivers: 2000}, &ear{})
	for i := 0; b.Loop(); i++ {
		c.begin(&c.people[i%len(c.people)], 2_000_000)
	}
}
