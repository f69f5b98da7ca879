package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// Query counts what went wrong behind answers, and the live streams.
type Query struct {
	log         *zap.Logger
	quiet       *quiet
	failed      *prometheus.CounterVec
	subscribers prometheus.Gauge
	dropped     prometheus.Counter
}

// NewQuery registers the query API's metrics.
func NewQuery(reg prometheus.Registerer, log *zap.Logger) (*Query, error) {
	q := &Query{
		log:         log,
		quiet:       newQuiet(10 * time.Second),
		failed:      counterVec("query_failures_total", "Answers that a store failed.", "route"),
		subscribers: gauge("live_subscribers", "Live streams that are open."),
		dropped:     counter("live_dropped_total", "Live streams ended because their client read too slowly."),
	}
	return q, register(reg, "the query API", q.failed, q.subscribers, q.dropped)
}

// QueryFailed counts, and writes a line, at most one per route and interval.
func (q *Query) QueryFailed(route string, err error) {
	q.failed.WithLabelValues(route).Inc()
	if due, held := q.quiet.pass(route, time.Now()); due {
		q.log.Warn("a store failed a query", zap.String("route", route), zap.Int("alike", held), zap.Error(err))
	}
}

// LiveSubscribers is how many live streams are open now.
func (q *Query) LiveSubscribers(n int) { q.subscribers.Set(float64(n)) }

// LiveDropped counts one live stream that was ended.
func (q *Query) LiveDropped() { q.dropped.Inc() }
