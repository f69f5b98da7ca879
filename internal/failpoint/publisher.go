package failpoint

import (
	"context"

	"sluice/pipelines"
)

// Publisher makes records durable in a topic; what it promises is the gateway's matter.
type Publisher interface {
	Publish(ctx context.Context, topic string, records []pipelines.Record) error
}

// Publisher has the points of the gateway around next.
func (p Points) Publisher(next Publisher) Publisher {
	if !p.any(GatewayBeforePublish, GatewayAfterPublish) {
		return next
	}
	return &publisher{next: next, before: p.at(GatewayBeforePublish), after: p.at(GatewayAfterPublish)}
}

type publisher struct {
	next          Publisher
	before, after *point
}

// Publish hands on.
func (p *publisher) Publish(ctx context.Context, topic string, records []pipelines.Record) error {
	p.before.hit()
	err := p.next.Publish(ctx, topic, records)
	if err == nil {
		p.after.hit()
	}
	return err
}
