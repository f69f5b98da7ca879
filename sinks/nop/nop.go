// Package nop is a sink that stores everything nowhere: what a pipeline costs without its
// store.
package nop

import (
	"context"

	"sluice/pipelines"
)

// Sink answers Stored to every write and keeps none.
type Sink struct{}

var _ pipelines.Sink = Sink{}

// Write stores everything, at once.
func (Sink) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for i := range writes {
		results[i] = pipelines.Result{Verdict: pipelines.Stored}
	}
	return nil
}
