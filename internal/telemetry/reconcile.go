package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// Reconcile counts what reconciliation finds between member levels and the order index.
type Reconcile struct {
	log     *zap.Logger
	quiet   *quiet
	ended   *prometheus.CounterVec
	drifts  *prometheus.CounterVec
	members prometheus.Counter
	rebuilt prometheus.Counter
	done    prometheus.Gauge
	clean   prometheus.Gauge
}

// NewReconcile registers the metrics of reconciliation in this process.
func NewReconcile(reg prometheus.Registerer, log *zap.Logger) (*Reconcile, error) {
	r := &Reconcile{
		log: log, quiet: newQuiet(10 * time.Second),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_reconcile_passes_total", Help: "Passes and rounds of reconciliation, by how they ended: clean, drift or failed.",
		}, []string{"outcome"}),
		drifts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_reconcile_drifts_total", Help: "Drifts between member levels and the order index, by kind and by what became of them: mended or left.",
		}, []string{"kind", "outcome"}),
		members: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_reconcile_members_total", Help: "Members that were compared.",
		}),
		rebuilt: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_reconcile_rebuilt_orders_total", Help: "Orders that were put back into a store that had lost them.",
		}),
		done: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sluice_reconcile_done_ratio", Help: "How much of the pass under way is done, or of the last one.",
		}),
		clean: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sluice_reconcile_clean_timestamp_seconds", Help: "When a pass or a round last ended without drift that was left; 0 = not since this process began.",
		}),
	}
	for _, outcome := range []string{"clean", "drift", "failed"} {
		r.ended.WithLabelValues(outcome)
	}
	return r, register(reg, "reconciliation", r.ended, r.drifts, r.members, r.rebuilt, r.done, r.clean)
}

// Looked says how many buckets are done, of how many.
func (r *Reconcile) Looked(done, of int) { r.done.Set(float64(done) / float64(max(of, 1))) }

// Drifted counts one, and writes a line, at most one per interval, kind and outcome.
func (r *Reconcile) Drifted(kind string, mended bool, report string) {
	outcome := "left"
	if mended {
		outcome = "mended"
	}
	r.drifts.WithLabelValues(kind, outcome).Inc()
	if due, held := r.quiet.pass(kind+outcome, time.Now()); due {
		r.log.Warn("member levels differ from the order index", zap.String("drift", report), zap.Int("alike", held))
	}
}

// Ended counts one, and says what it found unless that is nothing.
func (r *Reconcile) Ended(clean bool, members, rebuilt int64, report string, err error) {
	r.members.Add(float64(members))
	r.rebuilt.Add(float64(rebuilt))
	switch {
	case err != nil:
		r.ended.WithLabelValues("failed").Inc()
		if due, held := r.quiet.pass("failed", time.Now()); due {
			r.log.Warn("reconciling failed and is tried again", zap.Int("alike", held), zap.Error(err))
		}
	case clean:
		r.ended.WithLabelValues("clean").Inc()
		r.clean.Set(float64(time.Now().Unix()))
	default:
		r.ended.WithLabelValues("drift").Inc()
		r.log.Error("member levels differ from the order index", zap.String("report", report))
	}
}
