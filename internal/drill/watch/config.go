package watch

import (
	"errors"
	"fmt"
	"time"
)

// Target is a process that is watched. It may die and come back under the same name; stage.Process is one.
type Target struct {
	Name      string // such as pipelines-1
	Process   Process
	Farewells Farewells // what its lives said at their ends; nil = it runs no pipelines
}

// Process is where a target can be looked at.
type Process interface {
	Alive() bool
	Ops() string // URL of the ops listener
	Lives() int  // that were begun, in which it was looked at or not
}

// Farewells reads what a process said when its lives came to a clean end, or died at a failpoint; cmd/sluice finds it in
// the log.
type Farewells interface {
	// Farewells are all of its lives so far that ended so, in the order of their ends.
	Farewells() ([]Farewell, error)
}

// Farewell is the last word of one life: its counts are complete.
type Farewell struct {
	Started float64  // s since 1970 UTC, as its metrics had it
	Metrics []Metric // records consumed, and ended by verdict, under the names that a scrape has
}

// Pipeline is one whose offsets are followed; group and topic are the names on the wire.
type Pipeline struct {
	Name, Group, Topic string
}

// Config says what is watched.
type Config struct {
	Every     time.Duration // between two looks; 0 = 1 s
	Within    time.Duration // limit of a look at one process or pipeline; 0 = 900 ms
	MaxPoints int           // of one series, beyond which every second one is forgotten; 0 = 14400
	MaxEvents int           // of the timeline, beyond which no more are kept; 0 = 10000
	Targets   []Target
	Pipelines []Pipeline
}

func (c Config) filled() Config {
	if c.Every == 0 {
		c.Every = time.Second
	}
	if c.Within == 0 {
		c.Within = 900 * time.Millisecond
	}
	if c.MaxPoints == 0 {
		c.MaxPoints = 4 * 3600
	}
	if c.MaxEvents == 0 {
		c.MaxEvents = 10_000
	}
	return c
}

// Validate says all that is wrong with the configuration.
func (c *Config) Validate() error {
	var complaints []error
	if c.Every < 0 || c.Within < 0 || c.MaxPoints < 0 || c.MaxEvents < 0 {
		complaints = append(complaints, errors.New("watching: no limit may be negative"))
	}
	seen := map[string]bool{}
	for i, t := range c.Targets {
		if t.Name == "" || t.Process == nil {
			complaints = append(complaints, fmt.Errorf("watching: target %d needs a name and a process", i))
		}
		if seen[t.Name] {
			complaints = append(complaints, fmt.Errorf("watching: two targets are called %s", t.Name))
		}
		seen[t.Name] = true
	}
	for _, p := range c.Pipelines {
		if p.Name == "" || p.Group == "" || p.Topic == "" {
			complaints = append(complaints, fmt.Errorf("watching: pipeline %q needs a name, a group and a topic", p.Name))
		}
	}
	return errors.Join(complaints...)
}
