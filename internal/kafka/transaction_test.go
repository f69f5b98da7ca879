package kafka

import (
	"context"
	"strconv"
	"testing"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
	"sluice/pipelines"
)

func TestTransactionsMarkersAreSkipped(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		transact(t, cfg, 5, true)
		transact(t, cfg, 5, false)
		transact(t, cfg, 5, true)
		serving(t, cfg, GroupConfig{}, failing{t}, func(ctx context.Context, src pipelines.Source) error {
			all, err := take(ctx, src, 15)
			if err != nil {
				return err
			}
			consecutive(t, all[:5], 0) // a marker at 5
			consecutive(t, all[5:10], 6)
			consecutive(t, all[10:], 12)
			transact(t, cfg, 1, true)
			last, err := take(ctx, src, 1)
			if err != nil {
				return err
			}
			consecutive(t, last, 18)
			return lagOfMarkers(ctx, t, src)
		})
	})
}

// lagOfMarkers polls until the marker behind the last record is known for what it is.
func lagOfMarkers(ctx context.Context, t *testing.T, src pipelines.Source) error {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	polled := make(chan error, 1)
	go func() {
		_, err := src.Poll(ctx, make([]pipelines.Record, 1))
		polled <- err
	}()
	for src.Lag() != 0 && ctx.Err() == nil {
		pause.AtMost(ctx, commitRetryBase)
	}
	cancel()
	if err := <-polled; err == nil {
		t.Error("a marker was given for a record")
	}
	return nil
}

// transact writes n records to partition 0 of pings in one transaction.
func transact(t *testing.T, cfg Config, n int, commit bool) {
	t.Helper()
	conf, err := cfg.withDefaults().client()
	if err != nil {
		t.Fatal(err)
	}
	conf.Producer.Idempotent = true
	conf.Producer.RequiredAcks = sarama.WaitForAll
	conf.Producer.Return.Successes = true
	conf.Producer.Partitioner = sarama.NewManualPartitioner
	conf.Producer.Transaction.ID = cfg.TopicPrefix + "transactions"
	conf.Net.MaxOpenRequests = 1
	producer, err := sarama.NewSyncProducer(cfg.Brokers, conf)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, producer)
	err = producer.BeginTxn()
	for i := 0; i < n && err == nil; i++ {
		_, _, err = producer.SendMessage(&sarama.ProducerMessage{Topic: cfg.topic("pings"), Value: sarama.StringEncoder(strconv.Itoa(i))})
	}
	switch {
	case err != nil:
	case commit:
		err = producer.CommitTxn()
	default:
		err = producer.AbortTxn()
	}
	if err != nil {
		t.Fatal(err)
	}
}
