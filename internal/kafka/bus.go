package kafka

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/IBM/sarama"
	"github.com/ThreeDotsLabs/watermill"
	wmkafka "github.com/ThreeDotsLabs/watermill-kafka/v3/pkg/kafka"
	"github.com/ThreeDotsLabs/watermill/message"
)

// Bus is Watermill's publisher to Kafka: one message at a time and its acknowledgement by all in-sync replicas, for
// what is published at a modest rate and must be in order by key.
//
// Watermill's own would ask Kafka for its identity as it is made, so that nothing starts while Kafka is away, and keep an identity
// that the brokers have forgotten for ever. So it is made at the first Publish, and made anew when it is of no more use.
type Bus struct {
	cfg    Config
	conf   *sarama.Config
	parser marshaler

	mu     sync.Mutex
	made   *producer // nil = none is there
	closed bool
	ending sync.WaitGroup
}

// producer is Watermill's publisher, while it is of use.
type producer struct {
	ready chan struct{} // closed once one of the others is set
	to    *wmkafka.Publisher
	err   error
	calls sync.WaitGroup
}

var _ message.Publisher = (*Bus)(nil)

// NewBus checks the settings; it does not dial. key is a message's, by which its partition is chosen; none may
// be empty. Close it after the last Publish.
func NewBus(cfg Config, limits BusConfig, key func(msg *message.Message) []byte) (*Bus, error) {
	limits = limits.withDefaults()
	if err := errors.Join(cfg.Validate(), limits.validate()); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	conf, err := limits.producer(cfg)
	if err != nil {
		return nil, err
	}
	return &Bus{cfg: cfg, conf: conf, parser: marshaler{key: key, limit: limits.RecordBytes}}, nil
}

var errNoKey = errors.New("the message has no key")

// Publish returns nil only when every message is acknowledged by all in-sync replicas. It takes no context: it ends within the
// client's time-outs. After an error some may be written all the same. Unpublishable says which errors will
// not change by themselves.
func (b *Bus) Publish(topic string, messages ...*message.Message) error {
	p, err := b.enter()
	if err != nil {
		return fmt.Errorf("publishing to %s: %w", topic, errors.Join(ErrUnavailable, err))
	}
	defer p.calls.Done()
	if err := p.to.Publish(b.cfg.topic(topic), messages...); err != nil {
		if judge(err) == forgotten {
			b.retire(p)
		}
		return fmt.Errorf("publishing to %s: %w", topic, err)
	}
	return nil
}

// Unpublishable says that a message which failed with this error of Publish will never be taken, and
// why in a word. What an operator may mend (a topic that is missing or closed to us) is not among them.
// Brokers refuse whole batches: it is only sure of a message that has failed so several times, in other company.
func Unpublishable(err error) (reason string, ok bool) {
	var large *TooLargeError
	switch {
	case errors.As(err, &large), errors.Is(err, sarama.ErrMessageSizeTooLarge), errors.Is(err, sarama.ErrMessageSetSizeTooLarge):
		return "too_large", true
	case errors.Is(err, errNoKey):
		return "no_key", true
	case errors.Is(err, sarama.ErrInvalidRecord):
		return "invalid_record", true
	}
	return "", false
}

// enter gives the producer to a call, which says when it is done with it. Whoever comes while it is being made
// waits with the others.
func (b *Bus) enter() (*producer, error) {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil, errClosed
	}
	p := b.made
	if p == nil {
		p = &producer{ready: make(chan struct{})}
		b.made = p
		b.ending.Go(func() { b.make(p) })
	}
	p.calls.Add(1)
	b.mu.Unlock()
	<-p.ready
	if p.err != nil {
		p.calls.Done()
		return nil, p.err
	}
	return p, nil
}

func (b *Bus) make(p *producer) {
	if p.err = b.reach(); p.err == nil {
		settings := wmkafka.PublisherConfig{Brokers: b.cfg.Brokers, Marshaler: b.parser, OverwriteSaramaConfig: b.conf}
		p.to, p.err = wmkafka.NewPublisher(settings, watermill.NopLogger{}) // it would log, and components report
	}
	close(p.ready)
	if p.err != nil {
		b.retire(p)
	}
}

// reach asks Kafka for an identity, as a producer does that is made: one that is refused would leave
// its client behind, with a goroutine, at each attempt for as long as Kafka is away.
func (b *Bus) reach() error {
	client, err := sarama.NewClient(b.cfg.Brokers, b.conf)
	if err != nil {
		return err
	}
	_, err = client.InitProducerID()
	return errors.Join(err, client.Close())
}

// retire lets no other call have the producer, and closes it behind the last one that has.
func (b *Bus) retire(p *producer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.made != p {
		return // by another call
	}
	b.made = nil
	b.ending.Go(func() {
		<-p.ready
		p.calls.Wait()
		if p.to != nil {
			_ = p.to.Close() // each call has had its answer: there is nothing left to fail
		}
	})
}

// Close waits for what is being sent, at most for as long as one request may take.
func (b *Bus) Close() error {
	b.mu.Lock()
	b.closed = true
	p := b.made
	b.mu.Unlock()
	if p != nil {
		b.retire(p)
	}
	ended := make(chan struct{})
	go func() {
		b.ending.Wait()
		close(ended)
	}()
	timer := time.NewTimer(b.cfg.RequestTimeout)
	defer timer.Stop()
	select {
	case <-ended:
		return nil
	case <-timer.C:
		return errors.New("closing the bus: messages are still being sent")
	}
}
