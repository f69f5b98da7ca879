package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"sluice/internal/drill/watch"
)

// maxScrapeBytes bounds what is read of one process.
const maxScrapeBytes = 16 << 20

// scrape reads the counters, gauges and histograms of the process whose ops listener is at url.
func scrape(ctx context.Context, client *http.Client, url string) ([]watch.Metric, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(url, "/")+"/metrics", http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() // read to its end
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(io.LimitReader(resp.Body, maxScrapeBytes))
	if err != nil {
		return nil, err
	}
	var all []watch.Metric
	for name, family := range families {
		for _, m := range family.GetMetric() {
			read := watch.Metric{Name: name, Labels: make(map[string]string, len(m.GetLabel()))}
			switch {
			case m.GetCounter() != nil:
				read.Value = m.GetCounter().GetValue()
			case m.GetGauge() != nil:
				read.Value = m.GetGauge().GetValue()
			case m.GetHistogram() != nil:
				read.Value, read.Within = float64(m.GetHistogram().GetSampleCount()), map[float64]float64{}
				for _, b := range m.GetHistogram().GetBucket() {
					read.Within[b.GetUpperBound()] = float64(b.GetCumulativeCount())
				}
			default:
				continue
			}
			for _, l := range m.GetLabel() {
				read.Labels[l.GetName()] = l.GetValue()
			}
			all = append(all, read)
		}
	}
	return all, nil
}

// drillScraper is what a drill's watch looks at processes with.
type drillScraper struct{ client *http.Client }

func newDrillScraper() drillScraper {
	return drillScraper{client: &http.Client{Timeout: scrapeTimeout}}
}

// Scrape reads counters, gauges and histograms.
func (s drillScraper) Scrape(ctx context.Context, ops string) ([]watch.Metric, error) {
	metrics, err := scrape(ctx, s.client, ops)
	if err != nil {
		return nil, fmt.Errorf("looking at %s: %w", ops, err)
	}
	return metrics, nil
}
