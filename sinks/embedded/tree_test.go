package embedded

import (
	"maps"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"sluice/schemas"
)

// everybody is who a tree holds, by walking it; each is in the cell that its place belongs to.
func everybody(t testingT, n *node, c cell, found map[string]*driver) {
	if n == nil {
		return
	}
	if n.kids != nil {
		for i, kid := range n.kids {
			everybody(t, kid, c.kid(i), found)
		}
		return
	}
	if len(n.drivers) > leafDrivers && c.depth < deepest {
		t.Fatalf("a leaf of %d drivers at depth %d", len(n.drivers), c.depth)
	}
	for _, d := range n.drivers {
		if found[d.id] != nil {
			t.Fatalf("%s is there twice", d.id)
		}
		found[d.id] = d
		if bound := metresToBox(d.lat, d.lon, c.box()); bound > 0 {
			t.Fatalf("%s at %v,%v is %v m outside of its cell", d.id, d.lat, d.lon, bound)
		}
	}
}

type testingT interface {
	Fatalf(format string, args ...any)
}

// TestTreeKeepsSnapshots moves drivers at random and takes snapshots now and then: each of them stays what
// it was, and the last is what a map says.
func TestTreeKeepsSnapshots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x tree
		now := map[string]*driver{}
		type moment struct {
			root *node
			was  map[string]*driver
		}
		var moments []moment
		take := func() {
			moments = append(moments, moment{x.snapshot(), maps.Clone(now)})
		}
		// A few places, so that leaves fill up to the last depth, and the corners of the world.
		place := rapid.Custom(func(t *rapid.T) [2]float64 {
			switch rapid.IntRange(0, 3).Draw(t, "where") {
			case 0:
				return [2]float64{31.23, 121.47}
			case 1:
				return [2]float64{rapid.SampledFrom([]float64{-90, 90, 0}).Draw(t, "lat"), rapid.SampledFrom([]float64{-180, 180, 0}).Draw(t, "lon")}
			}
			return [2]float64{rapid.Float64Range(-90, 90).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon")}
		})
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			id := strconv.Itoa(rapid.IntRange(0, 120).Draw(t, "who"))
			old := now[id]
			at := place.Draw(t, "place")
			switch {
			case old != nil && rapid.IntRange(0, 9).Draw(t, "leave") == 0:
				x.remove(old)
				delete(now, id)
			default:
				d := &driver{id: id, lat: at[0], lon: at[1], hasLat: true, hasLon: true}
				if old != nil {
					x.replace(old, d)
				} else {
					x.insert(d)
				}
				now[id] = d
			}
			if rapid.IntRange(0, 19).Draw(t, "snapshot") == 0 {
				take()
			}
		}
		take()
		for i, m := range moments {
			found := map[string]*driver{}
			everybody(t, m.root, cell{}, found)
			if len(found) != len(m.was) {
				t.Fatalf("snapshot %d of %d has %d drivers, want %d", i, len(moments), len(found), len(m.was))
			}
			for id, d := range m.was {
				if found[id] != d {
					t.Fatalf("snapshot %d has another position of %s", i, id)
				}
			}
		}
	})
}

// TestBoundIsNeverTooHigh compares the bound of a cell with the distance of points in it.
func TestBoundIsNeverTooHigh(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lat, lon := rapid.Float64Range(-90, 90).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon")
		var c cell
		for range rapid.IntRange(0, deepest).Draw(t, "depth") {
			c = c.kid(rapid.IntRange(0, 3).Draw(t, "kid"))
		}
		b := c.box()
		bound := metresToBox(lat, lon, b)
		for range 20 {
			u, v := rapid.Float64Range(0, 1).Draw(t, "u"), rapid.Float64Range(0, 1).Draw(t, "v")
			inLat, inLon := b.South+u*(b.North-b.South), b.West+v*(b.East-b.West)
			if d := schemas.Distance(lat, lon, inLat, inLon); d < bound {
				t.Fatalf("%v,%v is %v m from %v,%v in %+v, the bound is %v", inLat, inLon, d, lat, lon, b, bound)
			}
		}
		if b.Contains(lat, lon) && bound > 0 {
			t.Fatalf("a bound of %v inside", bound)
		}
		if math.IsNaN(bound) {
			t.Fatalf("no bound")
		}
	})
}
