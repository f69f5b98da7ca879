package main

import (
	"fmt"
	"slices"
	"strings"

	"sluice/schemas"
)

// relayed names the relay in dead letters.
const relayed = "member-levels"

// boxes are all who keep dead letters: the pipelines, and the relay. A letter of the relay was never in a topic, so it
// cannot be put back; it can be looked at, and dropped.
func (c *config) boxes(names []string) []spec {
	return among(append(c.specs(), spec{name: relayed, topic: schemas.TopicLevels}), names)
}

// knownBoxes refuses names of nobody who keeps dead letters.
func (c *config) knownBoxes(names []string) error { return known(names, namesOf(c.boxes(nil))) }

// knownPipelines refuses names that are no pipeline's.
func (c *config) knownPipelines(names []string) error { return known(names, namesOf(c.specs())) }

func known(names, all []string) error {
	for _, name := range names {
		if !slices.Contains(all, name) {
			return fmt.Errorf("pipeline %q is none of %s", name, strings.Join(all, ", "))
		}
	}
	return nil
}
