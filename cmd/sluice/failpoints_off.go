//go:build !failpoints

package main

import (
	"sluice/internal/telemetry"
	"sluice/pipelines"
)

// failpoints are none in a release: each method returns what it was given, and the variable that would
// arm them is refused as one that nobody knows.
type failpoints struct{}

func newFailpoints([]string) (failpoints, error) { return failpoints{}, nil }

func failpointVariables() []string { return nil }

// LastWords are never said.
func (failpoints) LastWords(func()) {}

// Publisher is next.
func (failpoints) Publisher(next telemetry.Publisher) telemetry.Publisher { return next }

// Group is next.
func (failpoints) Group(next pipelines.Group) pipelines.Group { return next }

// Sink is next.
func (failpoints) Sink(next pipelines.Sink) pipelines.Sink { return next }

// DeadLetters is next.
func (failpoints) DeadLetters(next pipelines.DeadLetters) pipelines.DeadLetters { return next }

// Observer is next.
func (failpoints) Observer(next pipelines.Observer) pipelines.Observer { return next }
