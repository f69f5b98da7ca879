package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"sluice/pipelines"
)

// collector turns a pipeline's counts into metrics when they are asked for. It holds no
// numbers: a partition that has gone has no series any more.
type collector struct {
	p *Pipeline

	consumed, records, events, retries, unknown, uncommitted, fresh *prometheus.Desc
	lag, unsettled, oldest, committed, state                        *prometheus.Desc
}

func newCollector(p *Pipeline) *collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("sluice_"+name, help, labels, prometheus.Labels{"pipeline": p.name})
	}
	return &collector{
		p:           p,
		consumed:    desc("records_consumed_total", "Records read from the source."),
		records:     desc("records_total", "Records by what became of them; their sum is that of the consumed ones at any rest.", "verdict", "reason"),
		events:      desc("stage_events_total", "Events on the path.", "stage", "kind"),
		retries:     desc("retries_total", "Writes offered again.", "reason"),
		unknown:     desc("unknown_fields_total", "Fields that the schema does not know, left out of the store."),
		uncommitted: desc("records_uncommitted_total", "Records settled, and not committed when their partition went: they are read again."),
		fresh:       desc("freshness_stored_seconds", "From a record's event time to its being stored."),
		lag:         desc("lag_records", "Records behind the newest.", "partition"),
		unsettled:   desc("unsettled_records", "Records read and not settled.", "partition"),
		oldest:      desc("oldest_unsettled_seconds", "Age of the oldest unsettled record since it was read.", "partition"),
		committed:   desc("committed_offset", "Offset below which everything is settled and committed.", "partition"),
		state:       desc("lane_state", "1 for the state that a partition is in.", "partition", "state"),
	}
}

// Describe lists what Collect sends.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		c.consumed, c.records, c.events, c.retries, c.unknown, c.uncommitted, c.fresh, c.lag, c.unsettled, c.oldest, c.committed, c.state,
	} {
		ch <- d
	}
}

// Collect sends one consistent cut.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	counter := func(d *prometheus.Desc, n uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	counter(c.consumed, c.p.totals.consumed)
	counter(c.unknown, c.p.unknown)
	counter(c.uncommitted, c.p.uncommitted)
	for how, n := range c.p.totals.ended {
		counter(c.records, n, how.verdict.String(), how.reason)
	}
	for key, n := range c.p.events {
		counter(c.events, n, string(key.stage), kindName(key.kind))
	}
	for reason, n := range c.p.retries {
		counter(c.retries, n, reason)
	}
	ch <- freshnessMetric(c.fresh, &c.p.fresh)
	for part, l := range c.p.lanes {
		c.collectLane(ch, part, l)
	}
}

func (c *collector) collectLane(ch chan<- prometheus.Metric, part pipelines.Partition, l *lane) {
	name := part.String()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(c.lag, float64(l.lag), name)
	gauge(c.unsettled, float64(l.unsettled), name)
	gauge(c.oldest, l.oldest.Seconds(), name)
	if l.committed >= 0 {
		gauge(c.committed, float64(l.committed), name)
	}
	now := l.state()
	for _, state := range states() {
		value := 0.0
		if state == now {
			value = 1
		}
		gauge(c.state, value, name, string(state))
	}
}

func freshnessMetric(desc *prometheus.Desc, fresh *pipelines.Freshness) prometheus.Metric {
	buckets := make(map[float64]uint64, len(fresh.Counts))
	var total uint64
	for i, bound := range pipelines.FreshnessBounds() {
		total += fresh.Counts[i]
		buckets[bound.Seconds()] = total
	}
	total += fresh.Counts[len(fresh.Counts)-1]
	return prometheus.MustNewConstHistogram(desc, total, float64(fresh.SumMS)/1000, buckets)
}

// kindName is the label of an event.
func kindName(kind pipelines.Kind) string {
	switch kind {
	case pipelines.Assigned:
		return "assigned"
	case pipelines.Consumed:
		return "consumed"
	case pipelines.Committed:
		return "committed"
	case pipelines.Retrying:
		return "retrying"
	case pipelines.RefusedBy:
		return "refused"
	case pipelines.Accepted:
		return "accepted"
	case pipelines.Blocked:
		return "blocked"
	case pipelines.Flowing:
		return "flowing"
	case pipelines.Stalled:
		return "stalled"
	case pipelines.Moving:
		return "moving"
	case pipelines.Drained:
		return "drained"
	case pipelines.Abandoned:
		return "abandoned"
	case pipelines.Unknown:
		return "unknown"
	case pipelines.Pulse:
		return "pulse"
	case pipelines.Failed:
		return "failed"
	}
	return otherReason
}
