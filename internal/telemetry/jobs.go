package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// Jobs counts what the runner of jobs does in this process.
type Jobs struct {
	log      *zap.Logger
	quiet    *quiet
	did      *prometheus.CounterVec
	failures *prometheus.CounterVec
	late     prometheus.Histogram
}

// NewJobs registers the metrics of jobs in this process. Which job is the label task: Prometheus has its own job.
func NewJobs(reg prometheus.Registerer, log *zap.Logger) (*Jobs, error) {
	j := &Jobs{
		log: log, quiet: newQuiet(10 * time.Second),
		did: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_jobs_done_total", Help: "What the jobs did: ticks written, falls announced, coupons given, timers armed.",
		}, []string{"task"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_jobs_failures_total", Help: "Failures after which a job goes on by itself.",
		}, []string{"task"}),
		late: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sluice_coupons_late_seconds", Help: "How long after its moment a coupon was given.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 60, 600, 3600},
		}),
	}
	return j, register(reg, "jobs", j.did, j.failures, j.late)
}

// JobDid counts what one pass of a job did.
func (j *Jobs) JobDid(job string, n int) { j.did.WithLabelValues(job).Add(float64(n)) }

// JobFailed counts, and writes a line, at most one per interval and job.
func (j *Jobs) JobFailed(job string, err error) {
	j.failures.WithLabelValues(job).Inc()
	if due, held := j.quiet.pass(job, time.Now()); due {
		j.log.Warn("a job failed and goes on", zap.String("job", job), zap.Int("alike", held), zap.Error(err))
	}
}

// CouponGiven says how late a coupon was given. Its plan is no label: rules may have thousands.
func (j *Jobs) CouponGiven(_ string, late time.Duration) {
	j.late.Observe(max(late, 0).Seconds())
}
