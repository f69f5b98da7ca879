package kafka

import (
	"errors"
	"time"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
)

// The waits between the attempts at one batch.
const (
	deliverRetryBase = 20 * time.Millisecond
	deliverRetryMax  = 500 * time.Millisecond
)

// deliver sends a batch until it is acknowledged, refused, or out of time.
//
// A repeated attempt carries the same sequence numbers, so a batch that was written
// although its answer was lost is not written again. Giving up after an attempt whose
// fate is unknown gives the identity up as well.
func (q *partition) deliver(parts []part) {
	deadline := time.Now().Add(q.pub.limits.Timeout)
	batch := q.assemble(parts)
	for failures, sent := 0, 0; ; failures++ {
		err := q.as.ensure(q.pub.client)
		if err == nil {
			q.as.number(batch)
			err = q.attempt(batch)
			sent++
		}
		switch judge(err) {
		case taken:
			q.as.advance(len(batch.Records))
			q.settle(parts, nil)
			return
		case refused:
			q.settle(parts, err)
			return
		case forgotten:
			// The broker does not know our numbers. Only after the very first attempt is it
			// sure that nothing was written, and a new identity may send it again.
			q.as.lose()
			if sent > 1 {
				q.settle(parts, errors.Join(ErrUnavailable, err))
				return
			}
		case unknown:
			if q.pub.ctx.Err() != nil || time.Now().After(deadline) || abandoned(parts) {
				q.as.lose()
				q.settle(parts, errors.Join(ErrUnavailable, err))
				return
			}
			q.recover(failures)
		}
	}
}

// attempt sends the batch once, to the partition's leader, and waits for the answer. The
// connection's time-outs bound it.
func (q *partition) attempt(batch *sarama.RecordBatch) error {
	leader, err := q.pub.client.Leader(q.topic, q.id)
	if err != nil {
		return err
	}
	send := shipment{topic: q.topic, partition: q.id, batch: batch, answer: make(chan error, 1)}
	line, err := q.pub.line(leader.ID())
	if err != nil {
		return err
	}
	select {
	case line.shipments <- send:
	case <-q.pub.ctx.Done():
		return errClosed
	}
	select {
	case err := <-send.answer:
		return err
	case <-q.pub.ctx.Done():
		return errClosed
	}
}

// recover waits a little and looks for the leader again.
func (q *partition) recover(failures int) {
	pause.AtMost(q.pub.ctx, backoff(deliverRetryBase, deliverRetryMax, failures))
	// What the look-up finds or misses is told by the next attempt.
	_ = q.pub.client.RefreshMetadata(q.topic)
}

// abandoned says whether nobody waits for any of the parts.
func abandoned(parts []part) bool {
	for _, one := range parts {
		if !one.call.over() {
			return false
		}
	}
	return true
}

// outcome is what an attempt's error means for its batch.
type outcome uint8

const (
	taken     outcome = iota // written, by this attempt or by one before it
	refused                  // not written, and never will be
	forgotten                // not written by this attempt: the broker does not know our sequence
	unknown                  // perhaps written: try again with the same numbers
)

func judge(err error) outcome {
	var code sarama.KError
	switch {
	case err == nil:
		return taken
	case !errors.As(err, &code): // a connection, or no leader
		return unknown
	}
	switch code {
	case sarama.ErrDuplicateSequenceNumber:
		return taken
	case sarama.ErrOutOfOrderSequenceNumber, sarama.ErrUnknownProducerID, sarama.ErrInvalidProducerEpoch, sarama.ErrProducerFenced:
		return forgotten
	case sarama.ErrMessageSizeTooLarge, sarama.ErrMessageSetSizeTooLarge, sarama.ErrInvalidTopic, sarama.ErrInvalidRecord,
		sarama.ErrTopicAuthorizationFailed, sarama.ErrClusterAuthorizationFailed, sarama.ErrInvalidRequiredAcks,
		sarama.ErrUnsupportedForMessageFormat, sarama.ErrPolicyViolation, sarama.ErrInvalidTimestamp:
		return refused
	default:
		return unknown
	}
}
