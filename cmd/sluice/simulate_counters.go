package main

import (
	"context"
	"fmt"
	"time"

	"sluice/internal/printable"
	"sluice/internal/simulate/ledger"
)

// Read scrapes all processes, one after the other.
func (c *processCounters) Read(ctx context.Context) (ledger.Counters, error) {
	read := ledger.Counters{At: time.Now().UnixMilli()}
	for _, url := range c.urls {
		p, err := c.scrape(ctx, url)
		if err != nil {
			return read, fmt.Errorf("reading the counters of %s: %w", p.URL, err)
		}
		read.Processes = append(read.Processes, p)
	}
	return read, nil
}

func (c *processCounters) scrape(ctx context.Context, url string) (p ledger.Process, err error) {
	p.URL = printable.Address(url)
	metrics, err := scrape(ctx, c.client, url)
	if err != nil {
		return p, err
	}
	for i := range metrics {
		m := &metrics[i]
		n := ledger.Count{Pipeline: m.Labels["pipeline"], Verdict: m.Labels["verdict"], Reason: m.Labels["reason"], Records: m.Value}
		switch m.Name {
		case "process_start_time_seconds":
			p.Started = m.Value
			continue
		case "sluice_records_total":
		case "sluice_records_consumed_total":
			n.Verdict = ledger.Consumed
		case "sluice_retries_total":
			if turnedAway(n.Reason) {
				continue
			}
			n.Verdict = ledger.Doubtful
		default:
			continue
		}
		p.Counts = append(p.Counts, n)
	}
	return p, nil
}

// turnedAway says of a reason for which writes are offered again that the store has certainly not taken them.
func turnedAway(reason string) bool {
	switch reason {
	case "too_many_requests", "disk_full", "cluster_blocked", "index_blocked", "unauthorized", "forbidden":
		return true
	}
	return false
}
