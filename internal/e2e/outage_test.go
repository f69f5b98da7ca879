package e2e

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The bounds on memory. The processes get the smallest heap limit that sluice accepts, so that
// their resident memory shows what they hold and not how lazy the collector is.
const (
	heapLimit    = 64 << 20
	memoryLimit  = heapLimit + 32<<20 // resident: the rest is the program's text and what the heap's limit does not count
	memorySlope  = 16 << 20           // from the first half of the outage to the second
	outageBuffer = 8 << 20            // what each pipeline may hold unsettled
	leastRecord  = 256                // no record weighs less in that buffer
)

// freshFor is the age limit of live in this test: shorter than the outage.
const freshFor = 5 * time.Second

// Elasticsearch goes away under steady load and comes back: the process stays in its group, its
// memory stays flat, nothing is lost, and it drains by itself; live drains by dropping.
func TestElasticOutage(t *testing.T) {
	length := envDuration(t, "SLUICE_TEST_OUTAGE", 20*time.Second)
	s := newSite(t, loadEnv(fmt.Sprintf("SLUICE_GPS_MAX_AGE=%s", freshFor), fmt.Sprintf("SLUICE_PIPELINE_BUFFER=%d", outageBuffer), fmt.Sprintf("SLUICE_MEMORY_LIMIT=%d", heapLimit))...).setup()
	away := s.elasticSwitch()
	c := s.start("pipelines", []string{"SLUICE_ELASTIC_URLS=" + away.url}, "run", "pipelines").ready()
	steady := s.steady(loadSize(t) * 5 / max(1, int(length.Seconds())))
	until(t, "the process to work", func() error { return c.consumedMore(2000) })
	before := c.outageFacts()

	away.stop(t)
	early, late, began := before.memory, int64(0), time.Now()
	for tick := time.NewTicker(pollEvery); time.Since(began) < length; <-tick.C {
		c.alive()
		if time.Since(began) < length/2 {
			early = max(early, c.memory())
		} else {
			late = max(late, c.memory())
		}
	}
	during := c.outageFacts()
	held := sumsOf(during.metrics, history)
	if n := held.consumed - held.settled(); n > outageBuffer/leastRecord {
		t.Errorf("history holds %.0f records unsettled, which is more than its buffer of %d MiB has room for", n, outageBuffer>>20)
	} else if n == 0 {
		t.Error("history holds nothing: the outage did not reach it")
	}
	for _, pipeline := range []string{live, history} {
		if behind := s.behind(pipeline, pings); behind == nil {
			t.Errorf("%s has committed everything while its store was away", pipeline)
		}
		if n := during.metrics.count("sluice_lag_records", label{"pipeline", pipeline}); n != partitions {
			t.Errorf("%s owned %d partitions at the end of the outage", pipeline, n)
		}
	}
	if n := during.metrics.sum("sluice_lane_state", label{"pipeline", history}, label{"state", "retrying"}) + during.metrics.sum("sluice_lane_state", label{"pipeline", history}, label{"state", "stalled"}); n == 0 {
		t.Error("no lane of history says that it retries")
	}
	away.start(t)
	healed := time.Now()
	steady.stop()
	s.settled(live, history)
	t.Logf("drained %s after the return", time.Since(healed).Round(time.Millisecond))
	last := steady.lastWave()
	s.settled(live, history)

	after := c.outageFacts()
	t.Logf("outage of %s, %d pings; resident %d MiB before, at most %d MiB in its first half, %d MiB in its second, %d MiB after",
		length, len(last), before.memory>>20, early>>20, late>>20, after.memory>>20)
	if most := max(early, late); most > memoryLimit {
		t.Errorf("memory grew to %d MiB, the bound is %d MiB", most>>20, memoryLimit>>20)
	}
	if late > early+memorySlope {
		t.Errorf("memory still grew in the second half of the outage, by %d MiB", (late-early)>>20)
	}
	if after.assigned != before.assigned {
		t.Errorf("%.0f partitions were assigned before the outage, %.0f after: the group rebalanced", before.assigned, after.assigned)
	}
	if dropped := after.metrics.sum("sluice_records_total", label{"pipeline", live}, label{"reason", "age"}); dropped == 0 {
		t.Error("live dropped nothing for its age")
	}
	facts := s.facts(last, time.Time{})
	s.holdsHistory(facts)
	s.holdsLive(facts)
	for _, pipeline := range []string{live, history} {
		total := c.sums(pipeline)
		t.Logf("%s: %s", pipeline, total)
		equal(t, pipeline+": consumed", total.consumed, len(last))
		equal(t, pipeline+": settled", total.settled(), len(last))
	}
	c.stop()
}

// outageFacts are what must not change over an outage.
type outageFacts struct {
	metrics  metrics
	assigned float64
	memory   int64
}

func (c *child) outageFacts() outageFacts {
	c.t.Helper()
	m, err := c.metrics()
	if err != nil {
		c.t.Fatal(err)
	}
	return outageFacts{metrics: m, assigned: m.sum("sluice_stage_events_total", label{"kind", "assigned"}), memory: c.memory()}
}

// elasticSwitch is the way to take Elasticsearch away.
type elasticSwitch struct {
	url         string // where the process is to look for it
	stop, start func(t *testing.T)
}

// elasticSwitch really stops the server when the test knows its stack, and else cuts a
// proxy before it.
func (s *site) elasticSwitch() elasticSwitch {
	s.t.Helper()
	if dir := os.Getenv("SLUICE_TEST_STACK"); dir != "" {
		stack := func(verb string) func(*testing.T) {
			return func(t *testing.T) {
				t.Helper()
				script := filepath.Join("..", "..", "ops", "stack", "stack")
				if out, err := exec.Command(script, verb, "elastic", dir).CombinedOutput(); err != nil {
					t.Fatalf("stack %s elastic: %v\n%s", verb, err, out)
				}
			}
		}
		s.t.Cleanup(func() { stack("start")(s.t) }) // harmless when it runs
		return elasticSwitch{url: s.elastic, stop: stack("stop"), start: stack("start")}
	}
	return s.elasticProxy()
}

// elasticProxy cuts and heals the way to a server that itself goes on.
func (s *site) elasticProxy() elasticSwitch {
	s.t.Helper()
	at, err := url.Parse(s.elastic)
	if err != nil {
		s.t.Fatal(err)
	}
	p := newProxy(s.t, at.Host, plain)
	return elasticSwitch{
		url: "http://" + p.address, stop: func(*testing.T) { p.cut() }, start: func(*testing.T) { p.heal() },
	}
}
