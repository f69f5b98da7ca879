package bare

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/IBM/sarama"
)

// ProduceConfig of the bare producer.
type ProduceConfig struct {
	Brokers []string
	Topic   string
	For     time.Duration
	Items   []Item // sent over and over
}

// Produced is what it did.
type Produced struct {
	Records int64         // acknowledged
	Took    time.Duration // from the first record to the last acknowledgement
}

// Produce hands records to a sarama AsyncProducer as fast as it takes them: idempotent,
// acks=all, LZ4, keyed, errors returned and successes not, which is its fastest form.
func Produce(ctx context.Context, cfg ProduceConfig) (Produced, error) {
	conf := config()
	conf.Producer.Idempotent = true
	conf.Producer.RequiredAcks = sarama.WaitForAll
	conf.Net.MaxOpenRequests = 1
	conf.Producer.Compression = sarama.CompressionLZ4
	conf.Producer.Return.Successes = false
	conf.Producer.Return.Errors = true
	producer, err := sarama.NewAsyncProducer(cfg.Brokers, conf)
	if err != nil {
		return Produced{}, fmt.Errorf("starting the bare producer: %w", err)
	}
	start := time.Now()
	sent := feed(ctx, producer, cfg, start.Add(cfg.For))
	if err := producer.Close(); err != nil { // flushes; its error lists each record that failed
		return Produced{}, fmt.Errorf("producing to %s: %w", cfg.Topic, err)
	}
	return Produced{Records: sent, Took: time.Since(start)}, errors.Join(ctx.Err())
}

func feed(ctx context.Context, producer sarama.AsyncProducer, cfg ProduceConfig, until time.Time) int64 {
	var sent int64
	for time.Now().Before(until) && ctx.Err() == nil {
		for range 1000 {
			item := &cfg.Items[sent%int64(len(cfg.Items))]
			producer.Input() <- &sarama.ProducerMessage{
				Topic: cfg.Topic, Key: sarama.ByteEncoder(item.Key), Value: sarama.ByteEncoder(item.Value),
			}
			sent++
		}
	}
	return sent
}
