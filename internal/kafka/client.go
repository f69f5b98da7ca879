package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/IBM/sarama"
	"github.com/rcrowley/go-metrics"
)

// client is a sarama client's settings that all parts share. No client dials before its
// first use (Metadata.Full is off), so a process starts whether Kafka is there or not.
func (c Config) client() (*sarama.Config, error) {
	conf := sarama.NewConfig()
	conf.Version = sarama.MaxVersion // a ceiling: each request's version is settled with the broker
	conf.ClientID = c.ClientID
	conf.Net.DialTimeout = c.DialTimeout
	conf.Net.ReadTimeout = c.RequestTimeout
	conf.Net.WriteTimeout = c.RequestTimeout
	conf.Net.KeepAlive = 30 * time.Second
	conf.Metadata.Full = false
	conf.Metadata.AllowAutoTopicCreation = false
	conf.Metadata.RefreshFrequency = c.MetadataMaxAge
	conf.Metadata.Retry.Max = 2
	conf.Metadata.Retry.Backoff = 100 * time.Millisecond
	conf.Metadata.Timeout = c.RequestTimeout
	if err := c.secure(conf); err != nil {
		return nil, err
	}
	if err := conf.Validate(); err != nil {
		return nil, fmt.Errorf("checking the client's settings: %w", err)
	}
	return conf, nil
}

// Prepare sets what sarama keeps once for the whole process: the most that one compressed
// batch may grow to, in bytes, without which a small hostile batch can fill the memory, and
// that sarama measures nothing, which costs it time and a goroutine that never ends. Call
// it once, at the start, before any Group, Publisher or Admin is made.
func Prepare(maxBatchBytes int32) {
	sarama.MaxDecompressedBatchSize = maxBatchBytes
	metrics.UseNilMetrics = true
}

// await runs a call of sarama, which knows no context, and stops waiting for it when ctx
// ends: the call itself then ends by its own time-outs, and its result is dropped.
func await[T any](ctx context.Context, call func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		value, err := call()
		answers <- answer{value, err}
	}()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
