package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sluice/pipelines"
)

// Group counts what goes wrong in one pipeline's consumer group.
type Group struct {
	log      *zap.Logger
	quiet    *quiet
	failures prometheus.Counter
	gaps     prometheus.Counter
	lost     prometheus.Counter
	skipped  *prometheus.CounterVec
}

// NewGroup registers the metrics of one pipeline's group.
func NewGroup(pipeline string, reg prometheus.Registerer, log *zap.Logger) (*Group, error) {
	labelled := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_" + name, Help: help, ConstLabels: prometheus.Labels{"pipeline": pipeline},
		})
	}
	g := &Group{
		log:      log.With(zap.String("pipeline", pipeline), zap.String("stage", string(pipelines.StageSource))),
		quiet:    newQuiet(10 * time.Second),
		failures: labelled("group_failures_total", "Failures of the consumer group after which it carries on."),
		gaps:     labelled("source_gaps_total", "Times that records were gone before they were read."),
		lost:     labelled("source_lost_records_total", "Offsets that were gone before they were read, or that the log has lost."),
		skipped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_source_skipped_records_total", Help: "Offsets that are there and cannot be read, passed over.",
			ConstLabels: prometheus.Labels{"pipeline": pipeline},
		}, []string{"reason"}),
	}
	return g, register(reg, "the group of "+pipeline, g.failures, g.gaps, g.lost, g.skipped)
}

// GroupFailed counts, and writes a line, at most one per interval.
func (g *Group) GroupFailed(err error) {
	g.failures.Inc()
	if due, held := g.quiet.pass("", time.Now()); due {
		g.log.Warn("the consumer group failed and carries on", zap.Int("alike", held), zap.Error(err))
	}
}

// GroupGap counts the records of a gap and always writes a line: it names what was lost. What
// a topic lost that was made anew, beside what had been read of it, nobody knows.
func (g *Group) GroupGap(part pipelines.Partition, from, to int64, why string) {
	g.gaps.Inc()
	text := "RECORDS WERE GONE BEFORE THEY WERE READ: the topic's retention is shorter than the lag"
	switch why {
	case "cut":
		text = "THE TOPIC HAS LOST RECORDS: a broker was elected leader that did not have them; what stands there now is read"
	case "made_anew":
		text = "THE TOPIC WAS MADE ANEW: it is read from its start"
	}
	if why != "made_anew" {
		g.lost.Add(float64(max(to-from, 0)))
	}
	g.log.Error(text, zap.Stringer("partition", part), zap.String("why", why), zap.Int64("from", from), zap.Int64("to", to))
}

// GroupSkipped counts the records and always writes a line: it names what was passed over.
func (g *Group) GroupSkipped(part pipelines.Partition, from, to int64, reason string, err error) {
	g.skipped.WithLabelValues(reason).Add(float64(to - from))
	g.log.Error("RECORDS CANNOT BE READ AND ARE SKIPPED", zap.Stringer("partition", part), zap.Int64("from", from), zap.Int64("to", to),
		zap.String("reason", reason), zap.Error(err))
}
