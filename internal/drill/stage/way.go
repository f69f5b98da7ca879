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
	to      string

	mu    sync.Mutex
	proxy *toxiproxy.Proxy
	added int  // toxics so far, for their names
	ill   bool // the proxy has toxics
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
	w := &Way{Name: name, address: from, to: to}
	if err := w.open(); err != nil {
		return nil, err
	}
	w.address = w.proxy.Listen
	return w, nil
}

// open begins with a proxy that has no toxics and no connections.
func (w *Way) open() error {
	quiet := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	w.proxy, w.ill = toxiproxy.NewProxy(quiet, w.Name, w.address, w.to), false
	if err := w.proxy.Start(); err != nil {
		return fmt.Errorf("opening the way to %s: %w", w.Name, err)
	}
	return nil
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

// Heal opens the way again, without any toxic. Connections that went over toxics are reset: Toxiproxy waits for
// ever for a toxic to leave a connection whose reader went away meanwhile.
func (w *Way) Heal(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.proxy.Enabled && !w.ill {
		return nil
	}
	w.proxy.Stop()
	return w.open()
}

// Add puts a toxic of Toxiproxy into one direction: latency, timeout, reset_peer, slicer,
// bandwidth, limit_data, slow_close. The attributes are the toxic's own, in its units.
func (w *Way) Add(toxic string, stream Stream, attributes map[string]int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.added++
	w.ill = true
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
