package failpoint

import (
	"context"

	"sluice/pipelines"
)

// DeadLetters has the points of dead letters around next.
func (p Points) DeadLetters(next pipelines.DeadLetters) pipelines.DeadLetters {
	if !p.any(DeadBeforePublish, DeadAfterPublish) {
		return next
	}
	return &deadLetters{next: next, before: p.at(DeadBeforePublish), after: p.at(DeadAfterPublish)}
}

type deadLetters struct {
	next          pipelines.DeadLetters
	before, after *point
}

// Publish hands on.
func (d *deadLetters) Publish(ctx context.Context, letters []pipelines.DeadLetter) error {
	d.before.hit()
	err := d.next.Publish(ctx, letters)
	if err == nil {
		d.after.hit()
	}
	return err
}
