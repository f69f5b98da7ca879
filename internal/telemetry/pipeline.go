package telemetry

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sluice/pipelines"
)

// PipelineConfig says what one pipeline's observer keeps.
type PipelineConfig struct {
	Name       string                // the label of every series and line; required
	MaxReasons int                   // distinct reasons kept apart, each later one is "other"; 0 = 64
	LogEvery   time.Duration         // between two lines about the same thing; 0 = 10 s
	DeadQuiet  bool                  // write no line about dead letters: whoever keeps them says it; they are counted all the same
	Sampled    func(pipelines.Write) // told of one stored write per attempt, must not block; nil = nobody asks
}

// Pipeline is told what happens on one pipeline: a pipelines.Observer that counts, writes
// lines and answers Snapshot. It is safe for many goroutines.
type Pipeline struct {
	name    string
	log     *zap.Logger
	quiet   *quiet
	unsaid  bool // of dead letters
	reasons *reasons
	batches *batchMetrics
	sampled func(pipelines.Write)

	mu     sync.Mutex // guards what follows
	totals counts
	lanes  map[pipelines.Partition]*lane
	fresh  pipelines.Freshness
	events map[eventKey]uint64
	// retries counts writes offered again, by reason.
	retries map[string]uint64
	unknown uint64
	// uncommitted counts records that lanes had settled and not committed when they ended.
	uncommitted uint64
}

// counts is one record account: consumed, and how each ended.
type counts struct {
	consumed uint64
	ended    map[outcome]uint64
}

type outcome struct {
	verdict pipelines.Verdict
	reason  string
}

type eventKey struct {
	stage pipelines.Stage
	kind  pipelines.Kind
}

var _ pipelines.Observer = (*Pipeline)(nil)

// NewPipeline registers the metrics of one pipeline.
func NewPipeline(cfg PipelineConfig, reg prometheus.Registerer, log *zap.Logger) (*Pipeline, error) {
	if cfg.Name == "" {
		return nil, errors.New("observing a pipeline: its name is required")
	}
	if cfg.MaxReasons == 0 {
		cfg.MaxReasons = 64
	}
	if cfg.LogEvery == 0 {
		cfg.LogEvery = 10 * time.Second
	}
	p := &Pipeline{
		name:    cfg.Name,
		log:     log.With(zap.String("pipeline", cfg.Name)),
		quiet:   newQuiet(cfg.LogEvery),
		unsaid:  cfg.DeadQuiet,
		reasons: newReasons(cfg.MaxReasons),
		batches: newBatchMetrics(cfg.Name),
		sampled: cfg.Sampled,
		totals:  newCounts(),
		lanes:   map[pipelines.Partition]*lane{},
		events:  map[eventKey]uint64{},
		retries: map[string]uint64{},
	}
	for _, c := range append(p.batches.all(), newCollector(p)) {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("registering metrics of pipeline %s: %w", cfg.Name, err)
		}
	}
	return p, nil
}

func newCounts() counts { return counts{ended: map[outcome]uint64{}} }

// Settled counts n records by verdict and reason.
func (p *Pipeline) Settled(part pipelines.Partition, verdict pipelines.Verdict, reason string, n int) {
	if n <= 0 {
		return
	}
	how := outcome{verdict: verdict, reason: p.reasons.label(reason)}
	p.mu.Lock()
	p.totals.ended[how] += uint64(n)
	if l := p.lanes[part]; l != nil {
		l.ended[how] += uint64(n)
	}
	p.mu.Unlock()
	if verdict == pipelines.Poison && !p.unsaid {
		p.dead(part, reason, n)
	}
}

// Wrote counts one attempt at a batch.
func (p *Pipeline) Wrote(_ pipelines.Partition, attempt pipelines.Attempt) {
	p.batches.observe(attempt)
	p.mu.Lock()
	for i, n := range attempt.Fresh.Counts {
		p.fresh.Counts[i] += n
	}
	p.fresh.SumMS += attempt.Fresh.SumMS
	p.mu.Unlock()
	if p.sampled != nil && attempt.Sample.Key != nil {
		p.sampled(attempt.Sample)
	}
}

// Noted counts one event, keeps the state of its lane and writes a line where a person
// must know.
func (p *Pipeline) Noted(part pipelines.Partition, event pipelines.Event) {
	p.mu.Lock()
	p.count(event)
	p.follow(part, event)
	p.mu.Unlock()
	p.tell(part, event)
}

// count keeps the totals; the lock is held.
func (p *Pipeline) count(event pipelines.Event) {
	n := uint64(max(event.N, 0))
	switch event.Kind {
	case pipelines.Consumed:
		p.totals.consumed += n
		return
	case pipelines.Pulse:
		return
	case pipelines.Unknown:
		p.unknown += n
		return
	case pipelines.Retrying, pipelines.RefusedBy:
		p.retries[p.reasons.label(event.Reason)] += n
	case pipelines.Abandoned:
		p.uncommitted += uint64(max(event.Value, 0))
	case pipelines.Assigned, pipelines.Committed, pipelines.Accepted, pipelines.Blocked, pipelines.Flowing,
		pipelines.Stalled, pipelines.Moving, pipelines.Drained, pipelines.Failed:
	}
	p.events[eventKey{stage: event.Stage, kind: event.Kind}]++
}
