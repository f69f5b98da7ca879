package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"sluice/pipelines"
)

// Publisher makes records durable in a topic; what it promises is the gateway's matter.
type Publisher interface {
	Publish(ctx context.Context, topic string, records []pipelines.Record) error
}

// Publisher makes a span of each call of next.
func (t *Tracer) Publisher(next Publisher) Publisher {
	if t == nil {
		return next
	}
	return &tracedPublisher{next: next, tracer: t}
}

type tracedPublisher struct {
	next   Publisher
	tracer *Tracer
}

// Publish hands the records on as they are: they carry the request's span already.
func (p *tracedPublisher) Publish(ctx context.Context, topic string, records []pipelines.Record) error {
	ctx, span := p.tracer.tracer.Start(ctx, "publish "+topic, trace.WithSpanKind(trace.SpanKindProducer))
	defer span.End()
	err := p.next.Publish(ctx, topic, records)
	if span.IsRecording() {
		span.SetAttributes(
			attribute.String("messaging.system", "kafka"), attribute.String("messaging.destination.name", topic),
			attribute.Int("messaging.batch.message_count", len(records)))
		fail(span, err)
	}
	return err
}

// fail notes an error on a span, nil being none.
func fail(span trace.Span, err error) {
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
}
