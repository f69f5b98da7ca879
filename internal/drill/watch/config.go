package watch

import (
	"errors"
	"fmt"
	"time"
)

// Target is a process that is watched. It may die and come back under the same name.
type Target struct {
	Name string        // such as pipelines-1
	Role string        // gateway, query or pipelines
	Ops  func() string // where its ops listener is now; "" = it is down
}

// Config says what is watched.
type Config struct {
	Every     time.Duration // between two looks; 0 = 1 s
	Within    time.Duration // limit of one look at one process or pipeline; 0 = 900 ms
	Targets   []Target
	Pipelines []string // whose offsets are followed
}

// Validate says all that is wrong with the configuration.
func (c *Config) Validate() error {
	var complaints []error
	if c.Every < 0 || c.Within < 0 {
		complaints = append(complaints, errors.New("watching: every and within must not be negative"))
	}
	seen := map[string]bool{}
	for i, t := range c.Targets {
		if t.Name == "" || t.Ops == nil {
			complaints = append(complaints, fmt.Errorf("watching: target %d needs a name and a way to find its ops listener", i))
		}
		if seen[t.Name] {
			complaints = append(complaints, fmt.Errorf("watching: two targets are called %s", t.Name))
		}
		seen[t.Name] = true
	}
	return errors.Join(complaints...)
}
