package kafka

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice/pipelines"
)

func TestPublishWritesOnceUnderFaults(t *testing.T) {
	for _, fault := range []*kerr.Error{
		kerr.NotLeaderForPartition, kerr.NotEnoughReplicas, kerr.KafkaStorageError,
		kerr.NotEnoughReplicasAfterAppend, kerr.RequestTimedOut, // answered so although it was written
		kerr.OutOfOrderSequenceNumber, kerr.UnknownProducerID,
	} {
		t.Run(fault.Message, func(t *testing.T) {
			cluster, cfg := fakeCluster(t)
			makeTopic(t, cfg, "pings", 3)
			p := publisherOf(t, cfg, PublisherConfig{})
			publish(t, p, "pings", 100)
			faults := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: fault})
			publish(t, p, "pings", 100)
			publish(t, p, "pings", 100)
			if faults.Hits() == 0 {
				t.Error("the fault was never met")
			}
			if got := written(t, cfg, "pings"); got != 300 {
				t.Errorf("%d records written, want 300", got)
			}
		})
	}
}

func TestPublishSurvivesCutConnections(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 4)
	p := publisherOf(t, cfg, PublisherConfig{})
	for range 5 {
		cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
			return nil, errors.New("cut"), true
		})
		publish(t, p, "pings", 50)
	}
	if got := written(t, cfg, "pings"); got != 250 {
		t.Errorf("%d records written, want 250", got)
	}
}

func TestPublishFailsForGoodWhenRefused(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	p := publisherOf(t, cfg, PublisherConfig{})
	publish(t, p, "pings", 1)
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.TopicAuthorizationFailed})
	err := p.Publish(t.Context(), "pings", someRecords(1))
	if err == nil || errors.Is(err, ErrUnavailable) {
		t.Fatalf("got %v, want the broker's refusal", err)
	}
	publish(t, p, "pings", 1) // the numbering goes on
	if got := written(t, cfg, "pings"); got != 2 {
		t.Errorf("%d records written, want 2", got)
	}
}

func TestPublishWithoutKafka(t *testing.T) {
	p := publisherOf(t, Config{Brokers: []string{closedPort(t)}}, PublisherConfig{Timeout: 300 * time.Millisecond})
	began := time.Now()
	err := p.Publish(t.Context(), "pings", someRecords(10))
	if !errors.Is(err, ErrUnavailable) {
		t.Fatalf("got %v, want ErrUnavailable", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v to say so", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Publish(ctx, "pings", someRecords(1)); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v for a caller who has gone, want its cause", err)
	}
}

func TestPublishAcrossAnOutage(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 4)
	p := publisherOf(t, cfg, PublisherConfig{Timeout: 400 * time.Millisecond, InFlightBytes: 1 << 20})
	publish(t, p, "pings", 100)
	away := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	for range 3 {
		if err := p.Publish(t.Context(), "pings", someRecords(100)); !errors.Is(err, ErrUnavailable) {
			t.Fatalf("got %v in the outage, want ErrUnavailable", err)
		}
	}
	away.Remove()
	deadline := time.Now().Add(20 * time.Second)
	for p.Publish(t.Context(), "pings", someRecords(100)) != nil {
		if time.Now().After(deadline) {
			t.Fatal("still failing after the outage")
		}
	}
	for !p.budget.TryAcquire(p.limits.InFlightBytes) { // all room comes back
		if time.Now().After(deadline) {
			t.Fatal("room in flight was lost in the outage")
		}
		publish(t, p, "pings", 1)
	}
	p.budget.Release(p.limits.InFlightBytes)
}

func TestPublishStaysWithinItsRoom(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	p := publisherOf(t, cfg, PublisherConfig{Timeout: 300 * time.Millisecond, InFlightBytes: 10_000, RecordBytes: 10_000})
	if err := p.Publish(t.Context(), "pings", someRecords(500)); err == nil || errors.Is(err, ErrUnavailable) {
		t.Fatalf("a call above all room gave %v", err)
	}
	away := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	defer away.Remove()
	first := make(chan error, 1)
	go func() { first <- p.Publish(t.Context(), "pings", someRecords(90)) }()
	if err := p.Publish(t.Context(), "pings", someRecords(90)); !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v while there was no room, want ErrUnavailable", err)
	}
	if err := <-first; !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}

func TestCloseFailsWhatWaits(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	p, err := NewPublisher(cfg, PublisherConfig{})
	if err != nil {
		t.Fatal(err)
	}
	met := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	failed := make(chan error, 1)
	go func() { failed <- p.Publish(t.Context(), "pings", someRecords(1)) }()
	if err := met.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	closing(t, p)
	if err := <-failed; !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	if err := p.Publish(t.Context(), "pings", someRecords(1)); err == nil {
		t.Error("a closed publisher took a record")
	}
}

func fakeCluster(t testing.TB) (*kfake.Cluster, Config) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster, Config{Brokers: cluster.ListenAddrs()}
}

func publisherOf(t testing.TB, cfg Config, limits PublisherConfig) *Publisher {
	t.Helper()
	p, err := NewPublisher(cfg, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, p) })
	return p
}

func publish(t testing.TB, p *Publisher, topic string, n int) {
	t.Helper()
	if err := p.Publish(t.Context(), topic, someRecords(n)); err != nil {
		t.Fatal(err)
	}
}

func someRecords(n int) []pipelines.Record {
	records := make([]pipelines.Record, n)
	for i := range records {
		records[i] = pipelines.Record{Key: fmt.Append(nil, i%17), Value: fmt.Append(nil, "value-", i)}
	}
	return records
}

// written is how many records a topic holds.
func written(t testing.TB, cfg Config, topic string) int64 {
	t.Helper()
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	lags, err := admin.Lag(t.Context(), "nobody", topic)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, lag := range lags {
		total += lag.End - lag.Start
	}
	return total
}
