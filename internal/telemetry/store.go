package telemetry

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sluice/pipelines"
)

// Store counts the requests that one pipeline's sink sends to its store, and how long a
// stored document takes to be found.
type Store struct {
	pipeline   string
	tracer     *Tracer // nil when it is switched off
	log        *zap.Logger
	quiet      *quiet
	requests   *prometheus.CounterVec
	seconds    prometheus.Histogram
	busy       prometheus.Counter
	limit      prometheus.Gauge
	searchable prometheus.Histogram
	unseen     prometheus.Counter
}

// NewStore registers the metrics of one pipeline's store; tracer may be nil.
func NewStore(pipeline string, tracer *Tracer, reg prometheus.Registerer, log *zap.Logger) (*Store, error) {
	labels := prometheus.Labels{"pipeline": pipeline}
	fresh := make([]float64, 0, 32)
	for _, bound := range pipelines.FreshnessBounds() {
		fresh = append(fresh, bound.Seconds())
	}
	s := &Store{
		pipeline: pipeline, tracer: tracer,
		log:   log.With(zap.String("pipeline", pipeline)),
		quiet: newQuiet(time.Minute),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_store_requests_total", Help: "Bulk requests by HTTP status, 0 when there was no answer.", ConstLabels: labels,
		}, []string{"status"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sluice_store_request_seconds", Help: "Time to the end of a bulk request's answer.", ConstLabels: labels,
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}),
		busy: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_store_busy_items_total", Help: "Items that the store answered with 429.", ConstLabels: labels,
		}),
		limit: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sluice_inflight_limit", Help: "Bulk requests that may be under way at once, as adapted.", ConstLabels: labels,
		}),
		searchable: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sluice_freshness_searchable_seconds", Help: "From a sampled record's event time to a search finding it.", ConstLabels: labels,
			Buckets: fresh,
		}),
		unseen: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_searchable_probes_lost_total", Help: "Sampled records that no search found in time.", ConstLabels: labels,
		}),
	}
	return s, register(reg, "the store of "+pipeline, s.requests, s.seconds, s.busy, s.limit, s.searchable, s.unseen)
}

// Requested counts one bulk request; status 0 means that there was no answer, busy is its items answered 429.
func (s *Store) Requested(status, busy int, took time.Duration) {
	s.requests.WithLabelValues(strconv.Itoa(status)).Inc()
	s.busy.Add(float64(busy))
	s.seconds.Observe(took.Seconds())
	s.tracer.request(s.pipeline, status, busy, took)
}

// Limited sets the limit of requests in flight.
func (s *Store) Limited(requests int) { s.limit.Set(float64(requests)) }

// Searchable counts one sampled record that a search found so long after its event.
func (s *Store) Searchable(age time.Duration) { s.searchable.Observe(max(age, 0).Seconds()) }

// Unseen counts one sampled record that no search found in time, or that could not be looked for.
func (s *Store) Unseen(err error) {
	s.unseen.Inc()
	if due, held := s.quiet.pass("", time.Now()); due {
		s.log.Warn("a stored record was not found by a search", zap.Int("alike", held), zap.Error(err))
	}
}
