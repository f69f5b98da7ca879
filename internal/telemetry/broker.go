package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// Broker counts what an operator should know of the embedded broker.
type Broker struct {
	log       *zap.Logger
	quiet     *quiet
	accepting prometheus.Gauge
	failures  prometheus.Counter
	repaired  prometheus.Counter
}

// NewBroker registers the metrics of the broker in this process.
func NewBroker(reg prometheus.Registerer, log *zap.Logger) (*Broker, error) {
	b := &Broker{
		log:   log,
		quiet: newQuiet(10 * time.Second),
		accepting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sluice_broker_accepting", Help: "1 while the embedded broker takes records, 0 while its disk has too little room.",
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_broker_failures_total", Help: "Failures of the embedded broker that it deals with by itself.",
		}),
		repaired: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_broker_repaired_bytes_total", Help: "Torn or damaged bytes that the embedded broker has taken out when it opened its files.",
		}),
	}
	b.accepting.Set(1)
	return b, register(reg, "the embedded broker", b.accepting, b.failures, b.repaired)
}

// RoomChanged says that records are refused for lack of room from now on, or accepted again.
func (b *Broker) RoomChanged(accepting bool, free int64) {
	if accepting {
		b.accepting.Set(1)
		b.log.Info("there is room again: records are accepted", zap.Int64("freeBytes", free))
		return
	}
	b.accepting.Set(0)
	b.log.Error("NO RECORD IS ACCEPTED: the disk of the data directory has too little room", zap.Int64("freeBytes", free))
}

// Repaired says what was damaged, after an unclean end or a good one: bytes taken out, and the offsets [from, to) without a record.
func (b *Broker) Repaired(what string, bytes, from, to int64) {
	b.repaired.Add(float64(bytes))
	b.log.Warn("mended damaged files", zap.String("what", what), zap.Int64("bytes", bytes), zap.Int64("from", from), zap.Int64("to", to))
}

// BrokerFailed counts, and writes a line, at most one per interval.
func (b *Broker) BrokerFailed(err error) {
	b.failures.Inc()
	if due, held := b.quiet.pass("", time.Now()); due {
		b.log.Warn("the embedded broker failed and carries on", zap.Int("alike", held), zap.Error(err))
	}
}
