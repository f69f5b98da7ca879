package kafka

import "github.com/rcrowley/go-metrics"

// quiet is a metrics registry that measures nothing: sarama's own metrics cost time per
// request and a goroutine that never ends, and sluice has its own.
type quiet struct{}

// GetOrRegister gives a metric of the kind asked for that does nothing.
func (quiet) GetOrRegister(_ string, maker any) any {
	switch m := maker.(type) {
	case func() metrics.Meter:
		return metrics.NilMeter{}
	case func() metrics.Counter:
		return metrics.NilCounter{}
	case func() metrics.Histogram:
		return metrics.NilHistogram{}
	default:
		return m
	}
}

// Each calls nothing: there are no metrics. So do the others.
func (quiet) Each(func(string, any)) {}

// Get finds nothing.
func (quiet) Get(string) any { return nil }

// GetAll finds nothing.
func (quiet) GetAll() map[string]map[string]any { return nil }

// Register forgets the metric.
func (quiet) Register(string, any) error { return nil }

// RunHealthchecks has none to run.
func (quiet) RunHealthchecks() {}

// Unregister has nothing to forget.
func (quiet) Unregister(string) {}

// UnregisterAll has nothing to forget.
func (quiet) UnregisterAll() {}
