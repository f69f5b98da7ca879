//go:build failpoints

package main

import (
	"strings"

	"sluice/internal/failpoint"
)

// failpoints are where this process kills itself, for drills.
type failpoints = failpoint.Points

// newFailpoints arms what the environment names.
func newFailpoints(environ []string) (failpoints, error) {
	armed := ""
	for _, pair := range environ {
		if value, ok := strings.CutPrefix(pair, failpoint.Variable+"="); ok {
			armed = value
		}
	}
	return failpoint.New(armed, nil)
}

// failpointVariables are read here, and are no settings.
func failpointVariables() []string { return []string{failpoint.Variable} }
