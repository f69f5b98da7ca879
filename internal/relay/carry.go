package relay

import (
	"context"
	"errors"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"

	"sluice/schemas"
)

// delivery is what a message carries beside its payload: Watermill's own metadata has no bytes.
type delivery struct {
	bucket int
	entry  *schemas.OutboxEntry
	failed error // of the last attempt
	buried bool  // it is kept as a dead letter
}

type deliveryKey struct{}

func deliveryOf(msg *message.Message) (*delivery, bool) {
	d, ok := msg.Context().Value(deliveryKey{}).(*delivery)
	return d, ok
}

// Key is the key of a relay's message, the member's id: for whoever makes the Bus.
func Key(msg *message.Message) []byte {
	if d, ok := deliveryOf(msg); ok {
		return d.entry.Key
	}
	return nil
}

// bring publishes one entry, or keeps it as a dead letter. After an error it may be published all the same.
func (r *Relay) bring(ctx context.Context, bucket int, e *schemas.OutboxEntry) error {
	d := &delivery{bucket: bucket, entry: e}
	msg := message.NewMessage(e.ID, e.Value)
	msg.SetContext(context.WithValue(ctx, deliveryKey{}, d))
	if _, err := r.carry(msg); err != nil {
		return err
	}
	if !d.buried {
		age := time.Duration(0)
		if e.At > 0 {
			age = max(time.Since(time.UnixMilli(e.At)), 0)
		}
		r.deps.Observer.RelayPublished(e.Topic, age)
	}
	return nil
}

// handler is Watermill's chain: some attempts to publish; what will never be accepted goes to the dead letters.
func (r *Relay) handler() (message.HandlerFunc, error) {
	poison, err := middleware.PoisonQueueWithFilter(&letters{relay: r}, schemas.DeadTopic(schemas.TopicLevels), r.hopeless)
	if err != nil {
		return nil, err
	}
	retry := middleware.Retry{
		MaxRetries: r.cfg.Attempts - 1, InitialInterval: r.cfg.RetryBase, MaxInterval: r.cfg.RetryMax, Multiplier: 2, RandomizationFactor: 0.5,
		ShouldRetry: func(failed middleware.RetryParams) bool {
			_, malformed := errors.AsType[*malformedError](failed.Err)
			return !malformed
		},
	}
	return poison(retry.Middleware(r.once)), nil
}

// once is one attempt.
func (r *Relay) once(msg *message.Message) ([]*message.Message, error) {
	d, ok := deliveryOf(msg)
	if !ok {
		return nil, errors.New("relaying: the message is no entry")
	}
	if d.failed = check(d.entry); d.failed != nil {
		return nil, d.failed
	}
	if d.failed = r.deps.Bus.Publish(d.entry.Topic, msg); d.failed != nil {
		r.deps.Observer.RelayFailed(d.entry.Topic, "", d.failed)
	}
	return nil, d.failed
}

// hopeless says whether an error, the last of all attempts, makes its entry a dead letter.
func (r *Relay) hopeless(err error) bool {
	_, never := r.reason(err)
	return never
}

func (r *Relay) reason(err error) (string, bool) {
	if malformed, ok := errors.AsType[*malformedError](err); ok {
		return malformed.reason, true
	}
	return r.deps.Unpublishable(err)
}

// malformedError is of an entry that the store should not have: no attempt is made with it.
type malformedError struct{ reason, detail string }

func (m *malformedError) Error() string { return "relaying: " + m.detail }

func check(e *schemas.OutboxEntry) error {
	switch {
	case e.Topic != schemas.TopicLevels && e.Topic != schemas.TopicCoupons:
		return &malformedError{"unknown_topic", "the entry names a topic that the relay does not write to"}
	case len(e.Key) == 0:
		return &malformedError{"no_key", "the entry has no key"}
	case len(e.Value) == 0:
		return &malformedError{"no_value", "the entry has no value"}
	}
	return nil
}
