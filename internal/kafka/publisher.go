package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"
	"golang.org/x/sync/semaphore"

	"sluice/pipelines"
)

// ErrUnavailable says that Kafka did not acknowledge in time: it is away, has too few
// in-sync replicas, or is slower than what is asked of it. Some of the records may have
// been written, or may still be.
var ErrUnavailable = errors.New("kafka is unavailable")

// TooLargeError names the record that made Publish refuse a call before anything was sent.
type TooLargeError struct {
	Index        int // of the record in the call
	Bytes, Limit int
}

// Error names the record and the limit.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("record %d is too large: %d bytes, the limit is %d", e.Index, e.Bytes, e.Limit)
}

// RecordIndex is the place of the record in the call.
func (e *TooLargeError) RecordIndex() int { return e.Index }

// Publisher writes records so that they are on every in-sync replica, once each, in order
// per key. Each partition is an idempotent producer of its own with one batch in flight, so
// that a repeated attempt is recognised by the broker; what arrives meanwhile
// makes the next batch. The batches of one broker's partitions travel together.
type Publisher struct {
	cfg    Config
	limits PublisherConfig
	codec  sarama.CompressionCodec
	client sarama.Client
	budget *semaphore.Weighted
	turn   atomic.Uint32 // the partition of the next call's records without a key

	ctx     context.Context //nolint:containedctx // ends with Close: the life of the goroutines
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	topics map[string]*topic
	lines  map[int32]*line
}

// NewPublisher checks the settings; it does not dial. Close it after the last Publish.
func NewPublisher(cfg Config, limits PublisherConfig) (*Publisher, error) {
	limits = limits.withDefaults()
	if err := errors.Join(cfg.Validate(), limits.validate()); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	codec, err := limits.Compression.codec()
	if err != nil {
		return nil, err
	}
	conf, err := cfg.client()
	if err != nil {
		return nil, err
	}
	conf.Net.MaxOpenRequests = limits.Requests + spareRequests
	client, err := sarama.NewClient(cfg.Brokers, conf)
	if err != nil {
		return nil, fmt.Errorf("making the publisher's client: %w", err)
	}
	p := &Publisher{
		cfg: cfg, limits: limits, codec: codec, client: client,
		budget: semaphore.NewWeighted(limits.InFlightBytes),
		topics: make(map[string]*topic), lines: make(map[int32]*line),
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p, nil
}

// spareRequests of a connection are left to metadata beside the publisher's own.
const spareRequests = 3

// Publish returns nil only when every record is acknowledged by all in-sync replicas. A
// record without a time gets the present one; one without a key goes to any partition.
//
// It fails with a *TooLargeError before anything is sent; with ErrUnavailable when that
// takes longer than the time-out or the context's deadline; with the context's cause
// when it is cancelled; and with the broker's own error when that will not change by itself. After
// any other error than a *TooLargeError some records may be written all the same.
//
// The bytes of the records are read until they are acknowledged: only after nil may they
// be used again.
func (p *Publisher) Publish(ctx context.Context, topic string, records []pipelines.Record) error {
	return p.publish(ctx, topic, byKey, records)
}

// ErrNoPartition says that the topic has no such partition.
var ErrNoPartition = errors.New("no such partition")

// PublishTo is Publish into one partition, whatever the records' keys are; ErrNoPartition
// when the topic has fewer.
func (p *Publisher) PublishTo(ctx context.Context, part pipelines.Partition, records []pipelines.Record) error {
	if part.ID < 0 {
		return fmt.Errorf("publishing to %v: %w", part, ErrNoPartition)
	}
	return p.publish(ctx, part.Topic, part.ID, records)
}

// byKey as a partition leaves the choice to the records' keys.
const byKey = -1

func (p *Publisher) publish(ctx context.Context, topic string, partition int32, records []pipelines.Record) error {
	if len(records) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.limits.Timeout)
	defer cancel()
	t, err := p.topic(ctx, p.cfg.topic(topic))
	if err != nil {
		return fmt.Errorf("publishing to %s: %w", topic, p.late(ctx, err))
	}
	packed, err := p.pack(t, partition, records)
	if err != nil {
		return fmt.Errorf("publishing to %s: %w", topic, err)
	}
	if err := p.budget.Acquire(ctx, packed.bytes); err != nil {
		return fmt.Errorf("publishing to %s: waiting for room in flight: %w", topic, p.late(ctx, err))
	}
	for _, part := range packed.parts {
		part.to.add(part)
	}
	select {
	case <-packed.call.done:
	case <-ctx.Done():
		packed.call.end(p.late(ctx, context.Cause(ctx)))
	}
	if err := packed.call.err; err != nil {
		return fmt.Errorf("publishing to %s: %w", topic, err)
	}
	return nil
}

// late makes ErrUnavailable of every error but that of a caller who has gone.
func (p *Publisher) late(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Cause(ctx)
	}
	return errors.Join(ErrUnavailable, err)
}

// Close ends the publisher; calls that still wait fail with ErrUnavailable.
func (p *Publisher) Close() error {
	p.cancel()
	err := p.client.Close()
	p.running.Wait()
	if err != nil {
		return fmt.Errorf("closing the publisher: %w", err)
	}
	return nil
}

// topic finds a topic's partitions; it looks at their number again from time to time.
func (p *Publisher) topic(ctx context.Context, wire string) (*topic, error) {
	p.mu.Lock()
	known := p.topics[wire]
	p.mu.Unlock()
	now := time.Now()
	if known != nil && now.Before(known.stale) {
		return known, nil
	}
	ids, err := await(ctx, func() ([]int32, error) { return p.client.Partitions(wire) })
	if err != nil || len(ids) == 0 {
		if known != nil {
			return known, nil // delivery says what is wrong, if anything is
		}
		return nil, errors.Join(errors.New("finding its partitions"), err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if known = p.topics[wire]; known != nil && now.Before(known.stale) {
		return known, nil
	}
	if p.ctx.Err() != nil {
		return nil, errClosed
	}
	made := &topic{stale: now.Add(p.cfg.MetadataMaxAge), partitions: make([]*partition, len(ids))}
	for i := range made.partitions {
		if known != nil && i < len(known.partitions) {
			made.partitions[i] = known.partitions[i]
			continue
		}
		made.partitions[i] = newPartition(p, wire, int32(i))
		p.running.Go(made.partitions[i].run)
	}
	p.topics[wire] = made
	return made, nil
}

// topic is a topic's partitions, as of the last look.
type topic struct {
	stale      time.Time
	partitions []*partition
}

var errClosed = errors.New("the publisher is closed")
