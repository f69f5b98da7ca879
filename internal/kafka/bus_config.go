package kafka

import (
	"errors"
	"fmt"
	"time"

	"github.com/IBM/sarama"
	wmkafka "github.com/ThreeDotsLabs/watermill-kafka/v3/pkg/kafka"
	"github.com/ThreeDotsLabs/watermill/message"
)

// BusConfig tunes a Bus.
type BusConfig struct {
	RecordBytes int           // the largest record, and the largest batch of a partition before compression; 0 = 100,000
	Retries     int           // of one batch within one Publish, which a move of its leader takes; 0 = 5
	RetryWait   time.Duration // between them; 0 = 100 ms
	Compression Compression   // "" = lz4
}

func (b BusConfig) withDefaults() BusConfig {
	b.RecordBytes = orElse(b.RecordBytes, 100_000)
	b.Retries = orElse(b.Retries, 5)
	b.RetryWait = orElse(b.RetryWait, 100*time.Millisecond)
	b.Compression = orElse(b.Compression, LZ4)
	return b
}

// validate wants the defaults in place.
func (b BusConfig) validate() error {
	var errs []error
	if b.RecordBytes < 0 || b.Retries < 0 || b.RetryWait < 0 {
		errs = append(errs, errors.New("kafka: bus: a limit is below zero"))
	}
	_, err := b.Compression.codec()
	return errors.Join(append(errs, err)...)
}

// producer is what Watermill's publisher is given in place of its own settings, which are those of
// a producer that may lose, double and reorder.
func (b BusConfig) producer(cfg Config) (*sarama.Config, error) {
	codec, err := b.Compression.codec()
	if err != nil {
		return nil, err
	}
	conf, err := cfg.client()
	if err != nil {
		return nil, err
	}
	conf.Net.MaxOpenRequests = 1 // what idempotence asks for here
	conf.Producer.Idempotent = true
	conf.Producer.RequiredAcks = sarama.WaitForAll
	conf.Producer.Return.Successes = true
	conf.Producer.Return.Errors = true
	conf.Producer.Timeout = cfg.RequestTimeout
	conf.Producer.Retry.Max = b.Retries
	conf.Producer.Retry.Backoff = b.RetryWait
	conf.Producer.Compression = codec
	conf.Producer.MaxMessageBytes = b.RecordBytes
	conf.Producer.Partitioner = func(string) sarama.Partitioner { return keyed{} }
	if err := conf.Validate(); err != nil {
		return nil, fmt.Errorf("checking the bus's settings: %w", err)
	}
	return conf, nil
}

// keyed chooses partitions as our own publisher does, and Java's.
type keyed struct{}

// Partition is the key's.
func (keyed) Partition(msg *sarama.ProducerMessage, n int32) (int32, error) {
	key, err := msg.Key.Encode()
	if err != nil {
		return 0, err
	}
	return int32(partitionOf(key, int(n))), nil
}

// RequiresConsistency keeps a key in its partition while that has no leader.
func (keyed) RequiresConsistency() bool { return true }

// marshaler makes records of messages: the metadata become headers.
type marshaler struct {
	key   func(msg *message.Message) []byte
	limit int // bytes
}

var _ wmkafka.Marshaler = marshaler{}

// Marshal refuses what the producer would refuse with an error that names nothing.
func (m marshaler) Marshal(topic string, msg *message.Message) (*sarama.ProducerMessage, error) {
	key := m.key(msg)
	if len(key) == 0 {
		return nil, errNoKey
	}
	out := &sarama.ProducerMessage{Topic: topic, Key: sarama.ByteEncoder(key), Value: sarama.ByteEncoder(msg.Payload)}
	for name, value := range msg.Metadata {
		out.Headers = append(out.Headers, sarama.RecordHeader{Key: []byte(name), Value: []byte(value)})
	}
	if size := out.ByteSize(2); size > m.limit {
		return nil, &TooLargeError{Bytes: size, Limit: m.limit}
	}
	return out, nil
}
