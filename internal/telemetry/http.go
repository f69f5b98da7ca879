package telemetry

import (
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// HTTP counts what a listener served. Routes and methods come from fixed sets, statuses
// from HTTP: the labels are bounded.
type HTTP struct {
	log      *zap.Logger
	quiet    *quiet
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	in, out  *prometheus.CounterVec
	panics   prometheus.Counter
}

// NewHTTP registers the metrics of the listeners; one HTTP serves all of them.
func NewHTTP(reg prometheus.Registerer, log *zap.Logger) (*HTTP, error) {
	h := &HTTP{
		log:      log,
		quiet:    newQuiet(10 * time.Second),
		requests: counterVec("http_requests_total", "Requests answered.", "method", "route", "status"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sluice_http_request_seconds", Help: "Time to answer a request, streams until they end.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60},
		}, []string{"method", "route"}),
		in:     counterVec("http_request_bytes_total", "Bytes of request bodies on the wire.", "route"),
		out:    counterVec("http_response_bytes_total", "Bytes of answers.", "route"),
		panics: counter("http_panics_total", "Handlers that panicked."),
	}
	return h, register(reg, "HTTP", h.requests, h.seconds, h.in, h.out, h.panics)
}

// Served counts one exchange.
func (h *HTTP) Served(method, route string, status int, took time.Duration, bytesIn, bytesOut int64) {
	h.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	h.seconds.WithLabelValues(method, route).Observe(took.Seconds())
	h.in.WithLabelValues(route).Add(float64(bytesIn))
	h.out.WithLabelValues(route).Add(float64(bytesOut))
}

// Panicked writes a line with the stack, at most one per route and interval.
func (h *HTTP) Panicked(route string, stack []byte) {
	h.panics.Inc()
	if due, held := h.quiet.pass(route, time.Now()); due {
		h.log.Error("a handler panicked", zap.String("route", route), zap.Int("alike", held), zap.ByteString("stack", stack))
	}
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: "sluice_" + name, Help: help})
}

func counterVec(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sluice_" + name, Help: help}, labels)
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: "sluice_" + name, Help: help})
}

// register registers all of them or says which part failed.
func register(reg prometheus.Registerer, part string, all ...prometheus.Collector) error {
	for _, c := range all {
		if err := reg.Register(c); err != nil {
			return fmt.Errorf("registering metrics of %s: %w", part, err)
		}
	}
	return nil
}
