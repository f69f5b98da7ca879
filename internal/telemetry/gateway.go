package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// Gateway counts what clients posted and what became of it.
type Gateway struct {
	log      *zap.Logger
	quiet    *quiet
	accepted *prometheus.CounterVec
	rejected *prometheus.CounterVec
	failed   *prometheus.CounterVec
}

// NewGateway registers the gateway's metrics.
func NewGateway(reg prometheus.Registerer, log *zap.Logger) (*Gateway, error) {
	g := &Gateway{
		log:      log,
		quiet:    newQuiet(10 * time.Second),
		accepted: counterVec("gateway_accepted_total", "Records that Kafka has acknowledged.", "topic"),
		rejected: counterVec("gateway_rejected_total", "Records refused, by code.", "topic", "code"),
		failed:   counterVec("gateway_unacknowledged_total", "Records that Kafka did not acknowledge: their client was told so.", "topic"),
	}
	return g, register(reg, "the gateway", g.accepted, g.rejected, g.failed)
}

// Accepted counts n records of a topic.
func (g *Gateway) Accepted(topic string, n int) { g.accepted.WithLabelValues(topic).Add(float64(n)) }

// Rejected counts n records of a topic; code is from the fixed set of schemas.
func (g *Gateway) Rejected(topic, code string, n int) {
	g.rejected.WithLabelValues(topic, code).Add(float64(n))
}

// PublishFailed counts n records and writes a line, at most one per topic and interval.
func (g *Gateway) PublishFailed(topic string, n int, err error) {
	g.failed.WithLabelValues(topic).Add(float64(n))
	if due, held := g.quiet.pass(topic, time.Now()); due {
		g.log.Warn("Kafka did not acknowledge a request", zap.String("topic", topic), zap.Int("records", n), zap.Int("alike", held), zap.Error(err))
	}
}
