package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"sluice/pipelines"
)

// batchMetrics describe the attempts at batches of one pipeline.
type batchMetrics struct {
	writes, bytes, seconds prometheus.Histogram
	failures               prometheus.Counter
}

func newBatchMetrics(pipeline string) *batchMetrics {
	labels := prometheus.Labels{"pipeline": pipeline}
	return &batchMetrics{
		writes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sluice_batch_writes", Help: "Writes offered to the sink in one attempt.", ConstLabels: labels,
			Buckets: []float64{1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000},
		}),
		bytes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sluice_batch_bytes", Help: "Bytes of the documents of one attempt.", ConstLabels: labels,
			Buckets: prometheus.ExponentialBuckets(1<<10, 4, 8),
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sluice_batch_seconds", Help: "Time of the sink's answer to one attempt.", ConstLabels: labels,
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_batch_failures_total", Help: "Attempts that failed as a whole.", ConstLabels: labels,
		}),
	}
}

func (m *batchMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.writes, m.bytes, m.seconds, m.failures}
}

func (m *batchMetrics) observe(attempt pipelines.Attempt) {
	m.writes.Observe(float64(attempt.Writes))
	m.bytes.Observe(float64(attempt.Bytes))
	m.seconds.Observe(attempt.Took.Seconds())
	if attempt.Err != nil {
		m.failures.Inc()
	}
}
