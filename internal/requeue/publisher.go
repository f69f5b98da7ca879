package requeue

import (
	"context"
	"errors"
	"fmt"

	"github.com/ThreeDotsLabs/watermill/message"

	"sluice/pipelines"
)

// publisher is Watermill's: it puts letters back on their topic, into the partition that
// they came from.
type publisher struct {
	writer    Writer
	tolerance int64 // ms
}

var _ message.Publisher = (*publisher)(nil)

// delivery is what a message carries beside its payload: Watermill's own metadata has
// neither bytes nor an order.
type delivery struct {
	letter *Letter
	err    error // of the last attempt
}

type deliveryKey struct{}

func deliveryOf(msg *message.Message) (*delivery, bool) {
	d, ok := msg.Context().Value(deliveryKey{}).(*delivery)
	return d, ok
}

// newMessage makes the message of a letter, which it keeps.
func newMessage(ctx context.Context, letter *Letter) (*message.Message, *delivery) {
	d := &delivery{letter: letter}
	msg := message.NewMessage(letter.ID.String(), letter.Record.Value)
	msg.SetContext(context.WithValue(ctx, deliveryKey{}, d))
	return msg, d
}

// Publish returns nil once all in-sync replicas have the letters' originals.
func (p *publisher) Publish(topic string, messages ...*message.Message) error {
	for _, msg := range messages {
		d, ok := deliveryOf(msg)
		if !ok {
			return errors.New("requeueing: the message is no letter")
		}
		part := pipelines.Partition{Topic: topic, ID: d.letter.From.ID}
		if err := p.writer.PublishTo(msg.Context(), part, []pipelines.Record{d.letter.Original(p.tolerance)}); err != nil {
			return fmt.Errorf("requeueing %v: %w", d.letter.ID, err)
		}
	}
	return nil
}

// Close has nothing to do: the writer is its maker's to close.
func (p *publisher) Close() error { return nil }
