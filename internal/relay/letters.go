package relay

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"sluice/pipelines"
)

// letters is the publisher of Watermill's poison queue: it keeps entries as the dead letters of all pipelines are kept,
// where the same commands find them.
type letters struct{ relay *Relay }

var _ message.Publisher = (*letters)(nil)

// Publish returns nil once the letters are durable. Which topic they go to is the dead letters' matter.
func (l *letters) Publish(_ string, messages ...*message.Message) error {
	for _, msg := range messages {
		d, ok := deliveryOf(msg)
		if !ok {
			return errors.New("keeping a dead letter: the message is no entry")
		}
		if err := l.keep(msg, d); err != nil {
			return err
		}
	}
	return nil
}

// Close has nothing to do: the dead letters are their maker's to close.
func (l *letters) Close() error { return nil }

// outboxTopic stands in a letter for where it was read: the partition is the bucket. No pipeline reads
// it, so that a letter is not requeued by mistake: what its member lacks is reconciliation's to find.
const outboxTopic = "outbox"

func (l *letters) keep(msg *message.Message, d *delivery) error {
	r := l.relay
	reason, _ := r.reason(d.failed) // it has one, or it were not here
	value := d.entry.Value
	detail := fmt.Sprintf("entry %s for %s: %v", d.entry.ID, d.entry.Topic, d.failed)
	if len(value) > r.cfg.LetterBytes {
		detail += "; " + pipelines.CutShort + ": its value had " + strconv.Itoa(len(value)) + " bytes"
		value = value[:r.cfg.LetterBytes]
	}
	letter := pipelines.DeadLetter{
		Record: pipelines.Record{Key: d.entry.Key, Value: value, Time: d.entry.At},
		From:   pipelines.Partition{Topic: outboxTopic, ID: int32(d.bucket)},
		Stage:  pipelines.StageSink, Reason: reason, Detail: detail, At: time.Now().UnixMilli(),
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(msg.Context()), r.cfg.CallTimeout)
	defer cancel()
	if err := r.deps.Dead.Publish(ctx, []pipelines.DeadLetter{letter}); err != nil {
		r.deps.Observer.RelayFailed(d.entry.Topic, "", fmt.Errorf("keeping a dead letter: %w", err))
		return err
	}
	d.buried = true
	r.deps.Observer.RelayFailed(d.entry.Topic, reason, d.failed)
	return nil
}
