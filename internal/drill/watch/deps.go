package watch

import (
	"context"

	"sluice/internal/drill/stage"
)

// Metric is one counter or gauge of one process.
type Metric struct {
	Name   string
	Labels map[string]string
	Value  float64             // of a histogram: how many were observed
	Within map[float64]float64 // of a histogram: how many were at most a bound
}

// Scraper reads the counters, gauges and histograms of a process by the address of its ops listener, such as http://127.0.0.1:9100.
type Scraper interface {
	Scrape(ctx context.Context, ops string) ([]Metric, error)
}

// Offsets tells how a group stands in each partition of a topic; stage.Admin does.
type Offsets interface {
	Offsets(ctx context.Context, group, topic string) (map[int32]stage.Offsets, error)
}

// lag is how many records a group has still to settle in a partition.
func lag(o stage.Offsets) int64 { return max(0, o.End-max(o.Committed, o.Start)) }
