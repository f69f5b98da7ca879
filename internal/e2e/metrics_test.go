package e2e

import (
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// metrics is one scrape: counters and gauges by name.
type metrics map[string][]sample

type sample struct {
	labels map[string]string
	value  float64
}

// label is a condition on a series.
type label struct{ name, value string }

// metrics scrapes the process.
func (c *child) metrics() (metrics, error) {
	client := http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get(c.ops + "/metrics")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("scraping: status %d", resp.StatusCode)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("scraping: %w", err)
	}
	m := metrics{}
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			s := sample{labels: map[string]string{}, value: metric.GetCounter().GetValue() + metric.GetGauge().GetValue()}
			for _, pair := range metric.GetLabel() {
				s.labels[pair.GetName()] = pair.GetValue()
			}
			m[name] = append(m[name], s)
		}
	}
	return m, nil
}

// sum adds the series of that name that carry every one of the labels, and count counts them.
func (m metrics) sum(name string, labels ...label) float64 {
	total, _ := m.matching(name, labels)
	return total
}

func (m metrics) count(name string, labels ...label) int {
	_, n := m.matching(name, labels)
	return n
}

func (m metrics) matching(name string, labels []label) (total float64, n int) {
	for _, s := range m[name] {
		matches := true
		for _, l := range labels {
			matches = matches && s.labels[l.name] == l.value
		}
		if matches {
			total += s.value
			n++
		}
	}
	return total, n
}
