package telemetry

import (
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"sluice/pipelines"
	"sluice/schemas"
)

// Of one batch so many records are looked at, evenly spread, and so many of the traces
// that they name are gone on with: what tracing costs does not grow with the batch.
const (
	maxTracedLooks = 64
	maxTracedSpans = 8
)

// Pipeline makes spans of the attempts at a pipeline's batches, beside what next is told:
// one in each sampled trace that a look at its records finds, or else, by chance, one of its own.
func (t *Tracer) Pipeline(name string, next pipelines.Observer) pipelines.Observer {
	if t == nil {
		return next
	}
	return &tracedPipeline{Observer: next, tracer: t, name: name}
}

type tracedPipeline struct {
	pipelines.Observer
	tracer *Tracer
	name   string
}

// Wrote makes the spans of an attempt that has ended.
func (p *tracedPipeline) Wrote(part pipelines.Partition, attempt pipelines.Attempt) {
	p.Observer.Wrote(part, attempt)
	parents := sampledParents(attempt.Records)
	if len(parents) == 0 {
		p.span(context.Background(), part, &attempt)
		return
	}
	var names propagation.TraceContext
	for _, parent := range parents {
		carrier := propagation.MapCarrier{"traceparent": parent}
		p.span(names.Extract(context.Background(), carrier), part, &attempt)
	}
}

func (p *tracedPipeline) span(ctx context.Context, part pipelines.Partition, attempt *pipelines.Attempt) {
	_, span := p.tracer.tracer.Start(ctx, p.name+" sink", trace.WithSpanKind(trace.SpanKindConsumer), trace.WithTimestamp(attempt.Start))
	if span.IsRecording() {
		span.SetAttributes(
			attribute.String("sluice.pipeline", p.name), attribute.String("sluice.stage", string(pipelines.StageSink)),
			attribute.String("messaging.destination.name", part.Topic), attribute.Int("messaging.destination.partition.id", int(part.ID)),
			attribute.Int("sluice.writes", attempt.Writes), attribute.Int("sluice.bytes", attempt.Bytes),
			attribute.Int("sluice.retries", attempt.Retries))
		fail(span, attempt.Err)
	}
	span.End(trace.WithTimestamp(attempt.Start.Add(attempt.Took)))
}

// sampledParents are the distinct traceparents of sampled traces that a look finds.
func sampledParents(records []pipelines.Record) []string {
	var found []string
	step := max(len(records)/maxTracedLooks, 1)
	for i := 0; i < len(records) && len(found) < maxTracedSpans; i += step {
		parent := records[i].Header(schemas.HeaderTraceparent)
		if isSampled(parent) && !slices.Contains(found, string(parent)) {
			found = append(found, string(parent))
		}
	}
	return found
}

// isSampled reads the flag of a traceparent; whether the rest of it is valid is seen later.
func isSampled(parent []byte) bool {
	const length = len("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	if len(parent) != length {
		return false
	}
	switch parent[length-1] {
	case '1', '3', '5', '7', '9', 'b', 'd', 'f':
		return true
	}
	return false
}

// request makes a span of a request that a pipeline's sink has sent to its store. It has no parent: one
// request may serve a part of a batch, and nothing on the path hands a span down.
func (t *Tracer) request(pipeline string, status, busy int, took time.Duration) {
	if t == nil {
		return
	}
	end := time.Now()
	_, span := t.tracer.Start(context.Background(), pipeline+" store request", trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(end.Add(-took)))
	if span.IsRecording() {
		span.SetAttributes(
			attribute.String("sluice.pipeline", pipeline), attribute.Int("http.response.status_code", status),
			attribute.Int("sluice.busy_items", busy))
	}
	span.End(trace.WithTimestamp(end))
}
