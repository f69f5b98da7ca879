package telemetry

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/zap"
)

// spanQueue holds ended spans until they are exported, and drops what it has no room for:
// whoever ends a span never waits. OpenTelemetry's own queue does not tell what it drops.
type spanQueue struct {
	exporter spanExporter
	spans    chan sdk.ReadOnlySpan
	batch    int
	every    time.Duration
	timeout  time.Duration

	log                       *zap.Logger
	quiet                     *quiet
	exported, dropped, failed prometheus.Counter
}

// spanExporter sends spans to a collector.
type spanExporter interface {
	Start(ctx context.Context) error
	ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error
	Shutdown(ctx context.Context) error
}

// flushWithin is what the last exports may take: the parts that stop before them may use
// up nine of the ten seconds of a stop.
const flushWithin = 800 * time.Millisecond

func newSpanQueue(cfg TraceConfig, exporter spanExporter, reg prometheus.Registerer, log *zap.Logger) (*spanQueue, error) {
	spans := counterVec("trace_spans_total", "Spans of sluice itself, by what became of them.", "result")
	q := &spanQueue{
		exporter: exporter, spans: make(chan sdk.ReadOnlySpan, cfg.Queue), batch: cfg.Batch, every: cfg.Every, timeout: cfg.Timeout,
		log: log, quiet: newQuiet(time.Minute),
		exported: spans.WithLabelValues("exported"), dropped: spans.WithLabelValues("dropped"), failed: spans.WithLabelValues("failed"),
	}
	return q, register(reg, "tracing", spans)
}

// OnStart has nothing to do.
func (q *spanQueue) OnStart(context.Context, sdk.ReadWriteSpan) {}

// OnEnd queues a span, or drops and counts it when the queue is full.
func (q *spanQueue) OnEnd(span sdk.ReadOnlySpan) {
	if !span.SpanContext().IsSampled() {
		return
	}
	select {
	case q.spans <- span:
	default:
		q.dropped.Inc()
	}
}

// ForceFlush has nothing to do: run flushes at the stop.
func (q *spanQueue) ForceFlush(context.Context) error { return nil }

// Shutdown has nothing to do: run ends with its context.
func (q *spanQueue) Shutdown(context.Context) error { return nil }

// run exports until ctx ends, then what is queued by then.
func (q *spanQueue) run(ctx context.Context) {
	if err := q.exporter.Start(ctx); err != nil {
		q.tell(err, 0)
	}
	tick := time.NewTicker(q.every)
	defer tick.Stop()
	pending := make([]sdk.ReadOnlySpan, 0, q.batch)
	for {
		select {
		case span := <-q.spans:
			if pending = append(pending, span); len(pending) == q.batch {
				pending = q.export(ctx, pending)
			}
		case <-tick.C:
			pending = q.export(ctx, pending)
		case <-ctx.Done():
			q.flush(context.WithoutCancel(ctx), pending)
			return
		}
	}
}

// flush exports what is left while there is time, and counts the rest as dropped.
func (q *spanQueue) flush(ctx context.Context, pending []sdk.ReadOnlySpan) {
	ctx, cancel := context.WithTimeout(ctx, flushWithin)
	defer cancel()
	for {
		for len(pending) < q.batch && len(q.spans) > 0 {
			pending = append(pending, <-q.spans)
		}
		if len(pending) == 0 {
			break
		}
		pending = q.export(ctx, pending)
		if ctx.Err() != nil {
			q.dropped.Add(float64(len(q.spans)))
			break
		}
	}
	if err := q.exporter.Shutdown(ctx); err != nil {
		q.tell(err, 0)
	}
}

// export sends a batch once, and gives its memory back empty.
func (q *spanQueue) export(ctx context.Context, pending []sdk.ReadOnlySpan) []sdk.ReadOnlySpan {
	if len(pending) == 0 {
		return pending
	}
	ctx, cancel := context.WithTimeout(ctx, q.timeout)
	defer cancel()
	if err := q.exporter.ExportSpans(ctx, pending); err != nil {
		q.failed.Add(float64(len(pending)))
		q.tell(err, len(pending))
	} else {
		q.exported.Add(float64(len(pending)))
	}
	clear(pending)
	return pending[:0]
}

// tell writes a line, at most one per interval.
func (q *spanQueue) tell(err error, spans int) {
	if due, held := q.quiet.pass("", time.Now()); due {
		q.log.Warn("spans could not be exported and are dropped", zap.Int("spans", spans), zap.Int("alike", held), zap.Error(plain(err)))
	}
}

// plain keeps an exporter's error to its cause: what wraps it may be long.
func plain(err error) error {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err
}
