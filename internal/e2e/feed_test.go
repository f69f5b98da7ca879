package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// feed writes a load to driver.pings while other things happen: a share of what is left at
// each tick, so that there is always something left to come until finish is called.
type feed struct {
	s     *site
	spurt chan int // so many at once; has room for all that a test asks for
	rush  chan struct{}
	done  chan error
}

const (
	feedEvery  = 50 * time.Millisecond
	feedShare  = 150 // of what is left, a tick brings one part in so many
	feedTail   = 20  // of the last ones, each so many ticks bring one: minutes on a slow machine
	feedSpurts = 20
)

func (s *site) feed(out []outgoing) *feed {
	f := &feed{s: s, spurt: make(chan int, feedSpurts), rush: make(chan struct{}), done: make(chan error, 1)}
	go func() { f.done <- f.run(out) }()
	return f
}

func (f *feed) run(out []outgoing) error {
	tick := time.NewTicker(feedEvery)
	defer tick.Stop()
	for ticks := 0; len(out) > 0; {
		var n int
		select {
		case <-tick.C:
			if n, ticks = len(out)/feedShare, ticks+1; n == 0 && ticks%feedTail == 0 {
				n = 1
			}
		case n = <-f.spurt:
		case <-f.rush:
			n = 5000
		}
		n = min(n, len(out))
		if err := f.s.publish(pings, out[:n]); err != nil {
			return err
		}
		out = out[n:]
	}
	return nil
}

// now writes n at once, beside what comes by and by.
func (f *feed) now(n int) { f.spurt <- n }

// finish writes what is left at once and waits until all is acknowledged.
func (f *feed) finish() {
	f.s.t.Helper()
	close(f.rush)
	if err := <-f.done; err != nil {
		f.s.t.Fatal(err)
	}
}

// newLoad is the load of the tests that disturb: every kind of mischief in it.
func newLoad(t *testing.T, now time.Time) []outgoing {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	a := &author{
		mischief: mischief{pings: loadSize(t), drivers: 500, doubled: 0.15, late: 0.1, ahead: 0.03, wrong: 0.03},
		random:   rand.New(rand.NewPCG(seed, 1)), now: now,
	}
	return a.load()
}

// loadEnv makes the processes judge a load as its author means it. The positions of a load
// leap about, so the outlier gate is off.
func loadEnv(more ...string) []string {
	return append([]string{
		fmt.Sprintf("SLUICE_GPS_MAX_AGE=%s", maxAge), fmt.Sprintf("SLUICE_GPS_CLOCK_AHEAD=%s", clockAhead), "SLUICE_GPS_OUTLIER_SPEED=0",
	}, more...)
}
