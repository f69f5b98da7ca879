package main

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// simulation plays the path against the scripted world, and listens to its oracle.
type simulation struct {
	build *builder
	seeds int
}

// simulationTest is the one that must hold; the others are about the model.
const simulationTest = "^TestThePromiseHoldsUnderAnySchedule$"

// simulationTimeout is many times what all seeds take, for a bug that makes the path slow.
const simulationTimeout = 3 * time.Minute

func (s *simulation) scene(m *mutant) string {
	if m.Simulation == "" {
		return ""
	}
	return "simulation"
}

// try plays the seeds; a bug is caught when the oracle says what the mutant expects of it.
func (s *simulation) try(ctx context.Context, m *mutant, planted bool) (outcome, error) {
	tests, err := s.build.simulation(ctx, m, planted)
	if err != nil {
		return outcome{}, err
	}
	dir := filepath.Join(s.build.root, "pipelines", "simulation")
	environ := []string{"SLUICE_SIMULATION_SEEDS=" + strconv.Itoa(s.seeds), "SLUICE_SIMULATION_SEED=", "SLUICE_SIMULATION_FROM="}
	said, err := command(ctx, dir, environ, tests, "-test.run", simulationTest, "-test.count", "1", "-test.timeout", simulationTimeout.String())
	if _, ended := exitCode(err); !ended {
		return outcome{}, fmt.Errorf("playing the simulation: %w", err)
	}
	out := outcome{failed: err != nil}
	if !out.failed {
		return out, nil
	}
	words := complaints(said)
	out.said = strings.Join(words[:min(len(words), mostWords)], "; ")
	wanted := regexp.MustCompile(m.Simulation)
	for _, complaint := range words {
		if wanted.MatchString(complaint) {
			out.by = complaint
			break
		}
	}
	return out, nil
}

// mostWords of an oracle are told of a mutant that it did not catch.
const mostWords = 5

// complaints are the oracle's, each without the moment at which it was made; of a run that it has
// not ended by itself, the last line.
func complaints(said string) []string {
	var all []string
	for _, match := range regexp.MustCompile(`(?m)^\s*at [0-9][0-9a-z.]*: (.*)$`).FindAllStringSubmatch(said, -1) {
		all = append(all, match[1])
	}
	if len(all) == 0 {
		lines := strings.Split(strings.TrimSpace(said), "\n")
		return lines[len(lines)-1:]
	}
	return all
}
