package stage

import "context"

// Way is the only way from the processes under test to one server.
type Way struct {
	Name string // of the server
}

// Stream is a direction of a way.
type Stream string

// The directions.
const (
	Up   Stream = "upstream"   // to the server
	Down Stream = "downstream" // to the client
)

// Cut resets all connections and refuses new ones.
func (w *Way) Cut() {}

// Heal takes every toxic out and opens the way again.
func (w *Way) Heal(ctx context.Context) error { return ctx.Err() }

// Add puts a toxic of Toxiproxy into one direction: latency, timeout, reset_peer, slicer,
// bandwidth, limit_data, slow_close. The attributes are the toxic's own, in its units.
func (w *Way) Add(toxic string, stream Stream, attributes map[string]int64) error { return nil }
