package simulation

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// How many seeds `go test` plays; SLUICE_SIMULATION_SEEDS says otherwise, and SLUICE_SIMULATION_FROM
// which is the first. SLUICE_SIMULATION_SEED plays one, and makes it as small as it still fails.
const (
	seedsInPassing   = 2000
	seedsUnderRace   = 300 // in which all kinds of trouble come up
	seedsWhenHurried = 100
)

// Whatever the store answers, whoever dies, stands still or is taken from: nothing is lost, nothing
// takes effect twice, the newest wins, counters equal sets, and it all ends.
func TestThePromiseHoldsUnderAnySchedule(t *testing.T) {
	if seed, asked := fromEnvironment(t, "SLUICE_SIMULATION_SEED"); asked {
		replay(t, seed)
		return
	}
	first, _ := fromEnvironment(t, "SLUICE_SIMULATION_FROM")
	c := &campaign{first: first, seeds: seedsOf(t), seen: map[string]int{}, began: time.Now()}
	t.Run("seeds", func(t *testing.T) {
		for worker := range runtime.GOMAXPROCS(0) {
			t.Run(strconv.Itoa(worker), func(t *testing.T) {
				t.Parallel()
				c.work(t)
			})
		}
	})
	c.sum(t)
}

func seedsOf(t *testing.T) uint64 {
	t.Helper()
	if seeds, asked := fromEnvironment(t, "SLUICE_SIMULATION_SEEDS"); asked {
		return seeds
	}
	switch {
	case testing.Short():
		return seedsWhenHurried
	case underRace:
		return seedsUnderRace
	default:
		return seedsInPassing
	}
}

// fromEnvironment is a number that whoever runs the tests may give.
func fromEnvironment(t *testing.T, name string) (n uint64, asked bool) {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
	return n, true
}

// campaign is many seeds.
type campaign struct {
	first uint64
	seeds uint64
	taken atomic.Uint64
	began time.Time

	mu      sync.Mutex
	seen    map[string]int
	records int
	failed  int
}

// mostFailures of a campaign are shrunk and told; then it ends.
const mostFailures = 3

func (c *campaign) work(t *testing.T) {
	for {
		n := c.taken.Add(1) - 1
		if n >= c.seeds || c.failures() >= mostFailures {
			return
		}
		seed := c.first + n
		out := run(t, schedule(seed))
		c.add(out)
		if len(out.complaints) > 0 {
			t.Error(report(t, seed, out))
		}
	}
}

func (c *campaign) failures() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

func (c *campaign) add(out outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for what, n := range out.seen {
		c.seen[what] += n
	}
	c.records += out.records
	if len(out.complaints) > 0 {
		c.failed++
	}
}

// sum says what was played, and complains of trouble that never came: then the rest proves nothing.
func (c *campaign) sum(t *testing.T) {
	took := time.Since(c.began)
	played := min(c.taken.Load(), c.seeds)
	t.Logf("%d seeds, %d records in %v: %.0f seeds/s", played, c.records, took.Round(time.Millisecond), float64(played)/took.Seconds())
	for _, what := range slices.Sorted(maps.Keys(c.seen)) {
		t.Logf("%9d × %s", c.seen[what], what)
	}
	if c.failed > 0 || c.seeds < seedsUnderRace {
		return
	}
	for _, what := range []string{
		"stored", "stale", "duplicate", "absorbed record", "letter", "letter too large", "busy item", "refused item", "mute item", "broken call",
		"failed letters", "failed commit", "slow commit", "fenced commit", "commit held up",
		"late landing", "zombie write", "abandoned lane", "blocked lane", "stalled lane", "crash", "freeze", "stop", "rebalance", "repeated poll", "source broken",
	} {
		if c.seen[what] == 0 {
			t.Errorf("no run has seen: %s", what)
		}
	}
}

// report shrinks the scenario of a seed that fails and tells it.
func report(t *testing.T, seed uint64, out outcome) string {
	small, left := shrink(t, schedule(seed))
	if len(left) == 0 {
		return fmt.Sprintf("seed %d failed once and not again, so goroutines at one instant decide it:\n  %v\nits scenario:\n%v", seed, out.complaints, schedule(seed))
	}
	return fmt.Sprintf("seed %d fails; SLUICE_SIMULATION_SEED=%d go test ./pipelines/simulation -count=1\nwhole:\n  %s\nsmallest scenario that still fails:\n%vits complaints:\n  %s",
		seed, seed, lines(out.complaints), small, lines(left))
}

func replay(t *testing.T, seed uint64) {
	t.Logf("%v", schedule(seed))
	out := run(t, schedule(seed))
	t.Logf("trace %x, saw %v", out.trace, out.seen)
	if len(out.complaints) > 0 {
		t.Error(report(t, seed, out))
	}
}

func lines(all []string) string {
	return strings.Join(slices.Compact(slices.Clone(all)), "\n  ") + "\n"
}
