package e2e

import (
	"fmt"
	"time"
)

// steady is a fleet that pings at a steady rate until it is told to stop.
type steady struct {
	s       *site
	perTick int
	sent    []outgoing
	serial  int
	end     chan struct{}
	done    chan error
}

const (
	steadyDrivers = 300
	steadyTick    = 100 * time.Millisecond
)

// steady starts a fleet of so many pings per second.
func (s *site) steady(rate int) *steady {
	f := &steady{s: s, perTick: max(1, rate/int(time.Second/steadyTick)), end: make(chan struct{}), done: make(chan error, 1)}
	go func() { f.done <- f.run() }()
	return f
}

func (f *steady) run() error {
	tick := time.NewTicker(steadyTick)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-f.end:
			return nil
		}
		if err := f.wave(f.perTick); err != nil {
			return err
		}
	}
}

// wave publishes n pings of the present moment, the drivers taking turns.
func (f *steady) wave(n int) error {
	now := time.Now().UnixMilli()
	out := make([]outgoing, n)
	for i := range out {
		f.serial++
		ping := &fix{
			driver: fmt.Sprintf("D-%03d", f.serial%steadyDrivers), ts: now, lat: 30.5, lon: 120.5,
			optional: map[string]any{"seq": f.serial, "speed": 8.25, "status": "idle", "city": "shanghai"},
		}
		out[i] = outgoing{key: ping.driver, value: ping.json(), received: now, fix: ping}
	}
	f.sent = append(f.sent, out...)
	return f.s.publish(pings, out)
}

// stop ends the fleet.
func (f *steady) stop() {
	f.s.t.Helper()
	close(f.end)
	if err := <-f.done; err != nil {
		f.s.t.Fatal(err)
	}
}

// lastWave lets every driver ping once more and returns all that was ever sent.
func (f *steady) lastWave() []outgoing {
	f.s.t.Helper()
	if err := f.wave(steadyDrivers); err != nil {
		f.s.t.Fatal(err)
	}
	return f.sent
}
