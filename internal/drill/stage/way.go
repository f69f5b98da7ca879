package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Way is the only way from the processes under test to one server.
type Way struct {
	Name    string // of the server
	address string

	mu    sync.Mutex
	proxy *toxiproxy.Proxy
	added int // toxics so far, for their names
}

// Stream is a direction of a way.
type Stream string

// The directions.
const (
	Up   Stream = "upstream"   // to the server
	Down Stream = "downstream" // to the client
)

func newWay(name, from, to string) (*Way, error) {
	zerolog.SetGlobalLevel(zerolog.Disabled) // one of the toxics logs past every logger
	quiet := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	w := &Way{Name: name, proxy: toxiproxy.NewProxy(quiet, name, from, to)}
	if err := w.proxy.Start(); err != nil {
		return nil, fmt.Errorf("opening the way to %s: %w", name, err)
	}
	w.address = w.proxy.Listen
	return w, nil
}

func (w *Way) called() string { return w.Name }

// Address is where the way begins, host:port.
func (w *Way) Address() string { return w.address }

// Cut resets all connections and refuses new ones.
func (w *Way) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.proxy.Stop()
}

// Heal takes every toxic out and opens the way again.
func (w *Way) Heal(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.proxy.Toxics.ResetToxics(ctx)
	if w.proxy.Enabled {
		return nil
	}
	if err := w.proxy.Start(); err != nil {
		return fmt.Errorf("opening the way to %s again: %w", w.Name, err)
	}
	return nil
}

// Add puts a toxic of Toxiproxy into one direction: latency, timeout, reset_peer, slicer,
// bandwidth, limit_data, slow_close. The attributes are the toxic's own, in its units.
func (w *Way) Add(toxic string, stream Stream, attributes map[string]int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.added++
	text, err := json.Marshal(map[string]any{
		"name": toxic + "-" + strconv.Itoa(w.added), "type": toxic, "stream": stream, "attributes": attributes,
	})
	if err == nil {
		_, err = w.proxy.Toxics.AddToxicJson(bytes.NewReader(text))
	}
	if err != nil {
		return fmt.Errorf("putting %s in the way to %s: %w", toxic, w.Name, err)
	}
	return nil
}
