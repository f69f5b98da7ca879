package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// sums are the counters of one pipeline, of one process or of several.
type sums struct {
	consumed, stored, stale, duplicate, poison, unsettled float64
}

// sumsOf reads them from a scrape.
func sumsOf(m metrics, pipeline string) sums {
	of := func(verdict string) float64 {
		return m.sum("sluice_records_total", label{"pipeline", pipeline}, label{"verdict", verdict})
	}
	return sums{
		consumed: m.sum("sluice_records_consumed_total", label{"pipeline", pipeline}),
		stored:   of("stored"), stale: of("stale"), duplicate: of("duplicate"), poison: of("poison"), unsettled: of("unsettled"),
	}
}

func (s sums) settled() float64 { return s.stored + s.stale + s.duplicate + s.poison }

func (s sums) plus(o sums) sums {
	return sums{
		s.consumed + o.consumed, s.stored + o.stored, s.stale + o.stale, s.duplicate + o.duplicate,
		s.poison + o.poison, s.unsettled + o.unsettled,
	}
}

// check is nil when every record consumed has ended in one way.
func (s sums) check() error {
	if s.consumed != s.settled()+s.unsettled {
		return fmt.Errorf("consumed is not the sum of the verdicts: %s", s)
	}
	return nil
}

func (s sums) String() string {
	return fmt.Sprintf("consumed %.0f = stored %.0f + stale %.0f + duplicate %.0f + poison %.0f + unsettled %.0f",
		s.consumed, s.stored, s.stale, s.duplicate, s.poison, s.unsettled)
}

// sums of a process that is at rest.
func (c *child) sums(pipeline string) sums {
	c.t.Helper()
	s := c.sumsNow(pipeline)
	if err := s.check(); err != nil {
		c.t.Errorf("%s, %s: %v", c.name, pipeline, err)
	}
	return s
}

// sumsNow are the counters of a process at work, which need not add up yet.
func (c *child) sumsNow(pipeline string) sums {
	c.t.Helper()
	m, err := c.metrics()
	if err != nil {
		c.t.Fatalf("reading the metrics of %s: %v", c.name, err)
	}
	return sumsOf(m, pipeline)
}

// lastSums are what a process that was asked to stop said of itself as its last word:
// exact, where a scrape before the end is not.
func (c *child) lastSums(pipeline string) sums {
	c.t.Helper()
	text, err := os.ReadFile(c.log)
	if err != nil {
		c.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var said struct {
			Msg, Pipeline                                    string
			Consumed, Stored, Stale, Duplicate, Poison, Left float64
		}
		if json.Unmarshal([]byte(line), &said) != nil || said.Msg != "stopped" || said.Pipeline != pipeline {
			continue
		}
		last := sums{said.Consumed, said.Stored, said.Stale, said.Duplicate, said.Poison, said.Left}
		if err := last.check(); err != nil {
			c.t.Errorf("%s, %s, its last word: %v", c.name, pipeline, err)
		}
		return last
	}
	c.t.Fatalf("%s never said how the records of %s ended", c.name, pipeline)
	return sums{}
}
