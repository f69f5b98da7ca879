package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"sluice/internal/simulate/ledger"
)

// Read scrapes all processes, one after the other.
func (c *processCounters) Read(ctx context.Context) (ledger.Counters, error) {
	read := ledger.Counters{At: time.Now().UnixMilli()}
	for _, url := range c.urls {
		p, err := c.scrape(ctx, url)
		if err != nil {
			return read, fmt.Errorf("reading the counters of %s: %w", url, err)
		}
		read.Processes = append(read.Processes, p)
	}
	return read, nil
}

// maxScrapeBytes bounds what is read of one process.
const maxScrapeBytes = 16 << 20

func (c *processCounters) scrape(ctx context.Context, url string) (p ledger.Process, err error) {
	p.URL = url
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(url, "/")+"/metrics", http.NoBody)
	if err != nil {
		return p, err
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return p, err
	}
	defer resp.Body.Close() // read to its end
	if resp.StatusCode != http.StatusOK {
		return p, fmt.Errorf("status %d", resp.StatusCode)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(io.LimitReader(resp.Body, maxScrapeBytes))
	if err != nil {
		return p, err
	}
	for _, m := range families["process_start_time_seconds"].GetMetric() {
		p.Started = m.GetGauge().GetValue()
	}
	for _, from := range [...]struct{ family, verdict string }{{"sluice_records_total", ""}, {"sluice_records_consumed_total", ledger.Consumed}} {
		for _, m := range families[from.family].GetMetric() {
			n := ledger.Count{Verdict: from.verdict, Records: m.GetCounter().GetValue()}
			for _, l := range m.GetLabel() {
				switch l.GetName() {
				case "pipeline":
					n.Pipeline = l.GetValue()
				case "verdict":
					n.Verdict = l.GetValue()
				case "reason":
					n.Reason = l.GetValue()
				}
			}
			p.Counts = append(p.Counts, n)
		}
	}
	return p, nil
}
