package gps

import "hash/maphash"

// moveGate thins out the writes of a driver who stands still: a ping passes when it is far
// enough from the last one written, or that one is a heartbeat old, or the driver's status,
// vehicle or city has changed.
type moveGate struct {
	distance  float64 // m, 0 = off
	heartbeat int64   // ms
	seed      maphash.Seed
}

func (g *moveGate) on() bool { return g.distance > 0 }

// pass judges a ping newer than the last one.
func (g *moveGate) pass(d *driver, here spot, f *Fix) bool {
	was, is := d.state, g.stateOf(f)
	if d.written.at > 0 && here.at-d.written.at < g.heartbeat && metres(d.written, here) < g.distance && was == is {
		return false
	}
	d.written, d.state = here, is
	return true
}

// stateOf condenses what must not change unseen. Two states that hash alike cost one
// ping its heartbeat, in 2^64 cases once.
func (g *moveGate) stateOf(f *Fix) uint64 {
	return maphash.Bytes(g.seed, f.Vehicle)*31 + maphash.Bytes(g.seed, f.City)*17 + uint64(f.Status)
}
