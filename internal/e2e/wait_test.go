package e2e

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen: generous, for a machine that is
// busy with something else. Nothing waits that long when all is well.
const patience = 2 * time.Minute

const pollEvery = 20 * time.Millisecond

// until asks again and again until done has no complaint, and fails the test with the
// last one when its patience ends.
func until(t *testing.T, what string, done func() error) {
	t.Helper()
	if err := within(patience, done); err != nil {
		t.Fatalf("waited %s for %s: %v", patience, what, err)
	}
}

// within is until without a verdict: nil as soon as done has no complaint, else the last one.
func within(limit time.Duration, done func() error) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for deadline := time.Now().Add(limit); ; <-tick.C {
		err := done()
		if err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// pause lets an amount of time pass that is itself part of the test: an outage's length,
// a moment at random. It is never a wait for something to have happened.
func pause(d time.Duration) { <-time.After(d) }

// envDuration reads a duration from the environment.
func envDuration(t *testing.T, name string, otherwise time.Duration) time.Duration {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		t.Fatalf("%s=%q is no duration above 0", name, text)
	}
	return d
}

// loadSize is how many pings a load has.
func loadSize(t *testing.T) int {
	t.Helper()
	text := os.Getenv("SLUICE_TEST_PINGS")
	if text == "" || text == "0" {
		return 20_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1000 {
		t.Fatalf("SLUICE_TEST_PINGS=%q: want a number of at least 1000", text)
	}
	return n
}
