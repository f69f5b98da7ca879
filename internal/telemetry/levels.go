package telemetry

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sluice/pipelines"
	"sluice/schemas"
)

// Levels counts what the store of member levels is offered, and what it has lost.
type Levels struct {
	log       *zap.Logger
	quiet     *quiet
	calls     prometheus.Counter
	events    *prometheus.CounterVec
	kinds     [len(schemas.LevelTally{})]prometheus.Counter // of events
	announced prometheus.Counter
	seconds   prometheus.Histogram
	rewound   *prometheus.CounterVec
	reread    prometheus.Counter
	missing   prometheus.Counter
	failures  prometheus.Counter
}

// NewLevels registers the metrics of member levels in this process.
func NewLevels(reg prometheus.Registerer, log *zap.Logger) (*Levels, error) {
	l := &Levels{
		log: log, quiet: newQuiet(10 * time.Second),
		calls: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_levels_calls_total", Help: "Atomic calls of the store of member levels, one per bucket and batch; on a data directory one per batch.",
		}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_levels_events_total", Help: "Events in those calls: an order is complete, or void by cancellation or refund; a purchase; ignore is what changes nothing.",
		}, []string{"kind"}),
		announced: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_levels_announced_total", Help: "Changes of level that those calls put into outboxes.",
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sluice_levels_batch_seconds", Help: "Time to the last answer for a batch.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		rewound: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_levels_lost_total", Help: "Losses of the store that a partition has taken its share of.",
		}, []string{"topic"}),
		reread: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_levels_reread_offsets_total", Help: "Offsets that were settled once and are read again after a loss.",
		}),
		missing: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_levels_missing_offsets_total", Help: "Offsets that were lost and are no longer in the topic: only the order index has their events.",
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_levels_recovery_failures_total", Help: "Failures while losses are looked for or mended; each is tried again.",
		}),
	}
	for kind := schemas.LevelComplete; kind <= schemas.LevelSay; kind++ {
		l.kinds[kind] = l.events.WithLabelValues(kind.String())
	}
	return l, register(reg, "member levels", l.calls, l.events, l.announced, l.seconds, l.rewound, l.reread, l.missing, l.failures)
}

// Applied counts one batch.
func (l *Levels) Applied(calls int, events schemas.LevelTally, announced int, took time.Duration) {
	l.calls.Add(float64(calls))
	for kind := schemas.LevelComplete; kind <= schemas.LevelSay; kind++ {
		l.kinds[kind].Add(float64(events[kind]))
	}
	l.announced.Add(float64(announced))
	l.seconds.Observe(took.Seconds())
}

// Lost reports one partition's share of a loss: how many settled offsets are read again, how many are no longer in
// the topic, and the whole of it in one line.
func (l *Levels) Lost(part pipelines.Partition, again, missing int64, report string) {
	l.rewound.WithLabelValues(part.Topic).Inc()
	l.reread.Add(float64(again))
	l.missing.Add(float64(missing))
	write := l.log.Warn
	if missing > 0 {
		write = l.log.Error
	}
	write("the store of member levels has lost something", zap.String("report", report))
}

// Begun says that a store which held nothing begins, and that nothing has to be read again for it.
func (l *Levels) Begun(report string) {
	l.log.Info("member levels begin", zap.String("report", report))
}

// Replayed says that all that was to be read again is applied.
func (l *Levels) Replayed(report string, took time.Duration) {
	l.log.Info("member levels are complete again", zap.String("report", report), zap.Duration("took", took))
}

// RewindFailed counts, and writes a line, at most one per interval and partition.
func (l *Levels) RewindFailed(part pipelines.Partition, err error) {
	l.failures.Inc()
	if errors.Is(err, pipelines.ErrStopped) || errors.Is(err, pipelines.ErrRevoked) {
		return
	}
	if due, held := l.quiet.pass(part.String(), time.Now()); due {
		l.log.Warn("looking for losses of member levels failed and is tried again", zap.Stringer("partition", part), zap.Int("alike", held), zap.Error(err))
	}
}
