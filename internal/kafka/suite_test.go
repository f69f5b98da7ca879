package kafka

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	embeddedbroker "sluice/internal/broker"
	"sluice/internal/stacktest"
	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
)

func TestGroupEmbedded(t *testing.T) {
	pipelinestest.TestGroup(t, newBroker(t, embedded(t)))
}

func TestGroupReal(t *testing.T) {
	pipelinestest.TestGroup(t, newBroker(t, Config{Brokers: stacktest.Kafka(t)}))
}

// embedded starts the broker that sluice runs in its own process.
func embedded(t testing.TB) Config {
	t.Helper()
	b, err := embeddedbroker.New(embeddedbroker.Config{Listen: "127.0.0.1:0", Dir: t.TempDir()}, quiet{t})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("running the broker: %v", err)
		}
	})
	return Config{Brokers: []string{b.Addr()}}
}

// quiet fails the test when the broker has anything to tell.
type quiet struct{ t testing.TB }

func (q quiet) RoomChanged(_ bool, free int64)   { q.t.Errorf("no room: %d bytes", free) }
func (q quiet) Repaired(r embeddedbroker.Repair) { q.t.Errorf("repaired %+v", r) }
func (q quiet) BrokerFailed(err error)           { q.t.Errorf("broker: %v", err) }

// broker is the suite's, with topics of its own.
type broker struct {
	cfg       Config
	publisher *Publisher
	made      atomic.Int32
}

func newBroker(t testing.TB, cfg Config) *broker {
	t.Helper()
	cfg.TopicPrefix = fmt.Sprintf("ktest-%d-", time.Now().UnixNano())
	p, err := NewPublisher(cfg, PublisherConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, p) })
	return &broker{cfg: cfg, publisher: p}
}

func (b *broker) Topic(t testing.TB, partitions int32) string {
	t.Helper()
	name := "topic-" + strconv.Itoa(int(b.made.Add(1)))
	makeTopic(t, b.cfg, name, partitions)
	return name
}

func (b *broker) Publish(t testing.TB, topic string, records []pipelines.Record) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := b.publisher.Publish(ctx, topic, records); err != nil {
		t.Fatal(err)
	}
}

func (b *broker) Group(t testing.TB, id, topic string) pipelines.Group {
	t.Helper()
	g, err := NewGroup(b.cfg, b.cfg.TopicPrefix+id, topic, GroupConfig{}, failing{t})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// closedPort is an address where nobody listens.
func closedPort(t testing.TB) string {
	t.Helper()
	return stacktest.FreeAddress(t)
}
