package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// Relay counts what is published of the outboxes.
type Relay struct {
	log       *zap.Logger
	quiet     *quiet
	published *prometheus.HistogramVec
	failures  *prometheus.CounterVec
	waiting   prometheus.Gauge
	oldest    prometheus.Gauge
}

// NewRelay registers the metrics of the relay in this process.
func NewRelay(reg prometheus.Registerer, log *zap.Logger) (*Relay, error) {
	r := &Relay{
		log: log, quiet: newQuiet(10 * time.Second),
		published: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sluice_relay_published_seconds", Help: "From an entry of an outbox being written to Kafka having acknowledged it.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60, 600},
		}, []string{"topic"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_relay_failures_total", Help: "Attempts to publish that failed; with a reason: dead-lettered.",
		}, []string{"topic", "reason"}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sluice_relay_waiting_buckets", Help: "Outboxes that have an entry.",
		}),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sluice_relay_oldest_seconds", Help: "How long the oldest of the entries at their heads has waited.",
		}),
	}
	return r, register(reg, "the relay", r.published, r.failures, r.waiting, r.oldest)
}

// RelayPublished counts an entry that Kafka acknowledged, so long after it was written.
func (r *Relay) RelayPublished(topic string, age time.Duration) {
	r.published.WithLabelValues(topic).Observe(max(age, 0).Seconds())
}

// RelayFailed counts, and writes a line, at most one per interval and topic; a dead letter is always told.
func (r *Relay) RelayFailed(topic, reason string, err error) {
	r.failures.WithLabelValues(topic, reason).Inc()
	if reason != "" {
		r.log.Error("an entry of an outbox can never be published: it is kept as a dead letter", zap.String("topic", topic), zap.String("reason", reason), zap.Error(err))
		return
	}
	if due, held := r.quiet.pass(topic, time.Now()); due {
		r.log.Warn("publishing an outbox failed and is tried again", zap.String("topic", topic), zap.Int("alike", held), zap.Error(err))
	}
}

// RelayLag sets how many buckets have entries, and how long the oldest has waited.
func (r *Relay) RelayLag(buckets int, oldest time.Duration) {
	r.waiting.Set(float64(buckets))
	r.oldest.Set(oldest.Seconds())
}
