package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"sluice/schemas"
)

// Drivers is where drivers are looked up; what it promises is the query API's matter.
type Drivers interface {
	Nearby(ctx context.Context, q schemas.NearbyQuery) ([]schemas.Near, error)
	Driver(ctx context.Context, id string) (schemas.Position, error)
	Track(ctx context.Context, q schemas.TrackQuery) (schemas.Track, error)
}

// Drivers makes a span of each question to the store.
func (t *Tracer) Drivers(next Drivers) Drivers {
	if t == nil {
		return next
	}
	return &tracedDrivers{next: next, tracer: t}
}

type tracedDrivers struct {
	next   Drivers
	tracer *Tracer
}

// Nearby is next's.
func (d *tracedDrivers) Nearby(ctx context.Context, q schemas.NearbyQuery) ([]schemas.Near, error) {
	return question(ctx, d.tracer, "store nearby", q, d.next.Nearby)
}

// Driver is next's.
func (d *tracedDrivers) Driver(ctx context.Context, id string) (schemas.Position, error) {
	return question(ctx, d.tracer, "store driver", id, d.next.Driver)
}

// Track is next's.
func (d *tracedDrivers) Track(ctx context.Context, q schemas.TrackQuery) (schemas.Track, error) {
	return question(ctx, d.tracer, "store track", q, d.next.Track)
}

// question asks within a span.
func question[Q, A any](ctx context.Context, t *Tracer, name string, q Q, ask func(context.Context, Q) (A, error)) (A, error) {
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	answer, err := ask(ctx, q)
	fail(span, err)
	return answer, err
}
