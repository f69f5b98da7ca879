package rewind

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// deed is one thing that happens, so long after the one before.
type deed struct {
	After time.Duration
	What  string
	Who   int // process, partition or shard
	N     int // writes, steps or records
}

func (d deed) String() string { return fmt.Sprintf("+%v %s %d %d", d.After, d.What, d.Who, d.N) }

// script is a run, drawn so that it can be made smaller.
type script struct {
	seed  uint64
	deeds []deed
}

var deedKinds = []string{ //nolint:gochecknoglobals // a constant table
	"produce", "produce", "produce", "failover", "failover", "flush", "kill", "sleep", "wake", "move", "faults", "calm", "turn", "turn", "remake", "grow",
}

func drawScript(t *rapid.T) script {
	s := script{seed: rapid.Uint64().Draw(t, "seed")}
	n := rapid.IntRange(3, 40).Draw(t, "deeds")
	for range n {
		s.deeds = append(s.deeds, deed{
			After: time.Duration(rapid.SampledFrom([]int{0, 1, 5, 30, 120, 400, 1500, 12_000}).Draw(t, "after")) * time.Millisecond,
			What:  rapid.SampledFrom(deedKinds).Draw(t, "what"),
			Who:   rapid.IntRange(0, 3).Draw(t, "who"),
			N:     rapid.SampledFrom([]int{1, 2, 3, 7, 20, 60, 1000}).Draw(t, "n"),
		})
	}
	return s
}

// play carries a script out, then lets all faults end, and says what was wrong in the end.
func play(s script, plant string) []string {
	w := newWorld(s.seed, plant)
	w.add("orders", 0)
	w.add("orders", 1)
	w.add("purchases", 0)
	w.produce(30)
	c := newCrew(w, 2)
	done, read := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		w.readers(done)
	}()
	for _, d := range s.deeds {
		nap(d.After)
		c.do(d)
	}
	close(done)
	<-read
	w.mu.Lock()
	w.faults = false
	w.mu.Unlock()
	for _, p := range c.all {
		p.wake()
	}
	left := ""
	for range 120 { // virtual seconds
		c.mind()
		if left = w.calm(); left == "" {
			break
		}
		nap(time.Second)
	}
	if left == "" {
		nap(2 * time.Second) // what still sleeps or is late
		c.mind()
		nap(20 * time.Second)
		left = w.calm()
	}
	c.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	if left != "" {
		w.fail("in the end %s", left)
	}
	return w.wrong
}

// readers look until done.
func (w *world) readers(done <-chan struct{}) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			w.read()
		case <-done:
			return
		}
	}
}

func (c *crew) do(d deed) {
	w := c.w
	switch d.What {
	case "produce":
		w.produce(d.N % 61)
	case "failover":
		w.failover(d.Who%shardsOf, d.N)
	case "flush":
		w.flush(d.Who % shardsOf)
	case "kill":
		c.pick(d.Who).kill(d.N)
	case "sleep":
		c.pick(d.Who).sleep()
	case "wake":
		c.pick(d.Who).wake()
	case "move":
		k := c.keepers[d.Who%len(c.keepers)]
		k.move(c.pick(d.N))
	case "faults", "calm":
		w.mu.Lock()
		w.faults = d.What == "faults"
		w.mu.Unlock()
	case "turn":
		w.turn()
	case "remake":
		w.remake(w.ids()[len(w.ids())-1])
	case "grow":
		if len(c.keepers) < 4 {
			w.add("orders", 2)
			c.keep(w.ids()[2])
		}
	}
	c.mind()
}

// Whatever is lost, whenever, and whoever dies or sleeps over it: in the end every event is in its bucket, no commit goes
// back, and no epoch and version mean two things.
func TestNothingIsLostForGood(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := drawScript(r)
		var wrong []string
		synctest.Test(t, func(*testing.T) { wrong = play(s, "") })
		if len(wrong) > 0 {
			lines := make([]string, len(s.deeds))
			for i, d := range s.deeds {
				lines[i] = d.String()
			}
			r.Fatalf("%s\nafter:\n%s", strings.Join(wrong[:min(5, len(wrong))], "\n"), strings.Join(lines, "\n"))
		}
	})
}

// A model that finds nothing may be blind.
func TestTheModelFindsPlantedBugs(t *testing.T) {
	for _, plant := range []string{
		"a turn that does not ask where it is", "the watermark of a topic that is gone", "an epoch without a claim",
		"readers see what is short", "a raise that does not look", "a span that does not look",
		"two batches in flight",
	} {
		t.Run(plant, func(t *testing.T) {
			scripts := rapid.Custom(drawScript)
			for seed := range most {
				var wrong []string
				synctest.Test(t, func(*testing.T) { wrong = play(scripts.Example(seed), plant) })
				if len(wrong) > 0 {
					t.Logf("found by run %d: %s", seed+1, wrong[0])
					return
				}
			}
			t.Errorf("not found in %d runs", most)
		})
	}
}

// most runs are played before a planted bug counts as not found.
const most = 3000
