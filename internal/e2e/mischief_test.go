package e2e

import (
	"fmt"
	"testing"
	"time"
)

// Shuffled, doubled, late, ahead of the clock and poisoned pings, while a second process
// joins and leaves three times: every ping is in history once, every driver's newest is its
// position, every poison is a dead letter, and the counters are the sizes of those sets.
func TestMischief(t *testing.T) {
	now := time.Now()
	s := newSite(t, loadEnv()...).setup()
	sent := newLoad(t, now)
	first := s.start("first", nil, "run", "pipelines").ready()
	f := s.feed(sent)
	gone := map[string]sums{}
	for i := range 3 {
		second := s.start(fmt.Sprintf("second-%d", i+1), nil, "run", "pipelines").ready()
		until(t, "the second process to work", func() error { return second.consumedMore(0) })
		second.stop()
		for _, pipeline := range []string{live, history} {
			gone[pipeline] = gone[pipeline].plus(second.lastSums(pipeline))
		}
	}
	f.finish()
	s.settled(live, history)

	facts := s.facts(sent, now.Add(-maxAge))
	s.holdsHistory(facts)
	s.holdsLive(facts)
	records := len(sent)
	for _, pipeline := range []string{live, history} {
		total := gone[pipeline].plus(first.sums(pipeline))
		t.Logf("%s: %s", pipeline, total)
		if letters := s.holdsDead(pipeline, facts); letters != len(facts.poison) {
			t.Errorf("%s: %d letters about %d poison records", pipeline, letters, len(facts.poison))
		}
		equal(t, pipeline+": records settled", total.settled(), records)
		equal(t, pipeline+": poison", total.poison, len(facts.poison))
		equal(t, pipeline+": consumed but for what was handed over", total.consumed-total.unsettled, records)
		if pipeline == history {
			equal(t, "history: stored", total.stored, len(facts.oracle.history))
			equal(t, "history: duplicate", total.duplicate, facts.valid-len(facts.oracle.history))
		}
	}
	first.stop()
}

func equal(t *testing.T, what string, got float64, want int) {
	t.Helper()
	if got != float64(want) {
		t.Errorf("%s: %.0f, want %d", what, got, want)
	}
}

// consumedMore is nil once both pipelines of the process have read more than n records.
func (c *child) consumedMore(n int) error {
	c.alive()
	m, err := c.metrics()
	if err != nil {
		return err
	}
	for _, pipeline := range []string{live, history} {
		if got := sumsOf(m, pipeline).consumed; got <= float64(n) {
			return fmt.Errorf("%s has consumed %.0f", pipeline, got)
		}
	}
	return nil
}

// lanes is nil once each pipeline of the process owns as many partitions as ok says.
func (c *child) lanes(ok func(int) bool) error {
	m, err := c.metrics()
	if err != nil {
		return err
	}
	for _, pipeline := range []string{live, history} {
		if n := m.count("sluice_lag_records", label{"pipeline", pipeline}); !ok(n) {
			return fmt.Errorf("%s owns %d partitions of %s", c.name, n, pipeline)
		}
	}
	return nil
}
