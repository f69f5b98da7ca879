package kafka

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice/pipelines"
)

func TestTheBusIsIdempotentAndInOrder(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "levels", 3)
	cfg.TopicPrefix = "" // as made
	bus := busOf(t, cfg)
	acks := make(chan int16, 1000)
	cluster.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if produce, ok := req.(*kmsg.ProduceRequest); ok {
			acks <- produce.Acks
		}
		return nil, nil, false
	})
	const members, each = 8, 25
	var running sync.WaitGroup
	for m := range members {
		running.Go(func() {
			for i := range each {
				if err := bus.Publish("levels", busMessage(m, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	close(acks)
	for got := range acks {
		if got != -1 {
			t.Fatalf("a request asked for %d acks, want all", got)
		}
	}
	expectInOrder(t, cfg, members, each)
}

// expectInOrder reads the topic: each member in one partition, that of Java, with all its numbers in order.
func expectInOrder(t *testing.T, cfg Config, members, each int) {
	t.Helper()
	scanner, err := NewScanner(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, scanner)
	next := map[string]int{}
	err = scanner.Scan(t.Context(), "levels", Range{}, func(part pipelines.Partition, rec *pipelines.Record) error {
		key := string(rec.Key)
		if want := partitionOf(rec.Key, 3); int(part.ID) != want {
			t.Errorf("%s is in partition %d, want %d", key, part.ID, want)
		}
		if string(rec.Value) != strconv.Itoa(next[key]) {
			t.Errorf("%s: got %s, want %d", key, rec.Value, next[key])
		}
		if string(rec.Header("cause")) != "orders" {
			t.Errorf("%s: no header", key)
		}
		next[key]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(next) != members {
		t.Errorf("%d members, want %d", len(next), members)
	}
	for key, n := range next {
		if n != each {
			t.Errorf("%s: %d records, want %d", key, n, each)
		}
	}
}

func TestTheBusRepeatsNothingWhenAnswersAreLost(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "levels", 3)
	bus := busOf(t, cfg)
	if err := bus.Publish("levels", busMessage(0, 0)); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < 6; i++ {
		cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
			return nil, errors.New("cut"), true
		})
		if err := bus.Publish("levels", busMessage(0, i)); err != nil {
			t.Fatal(err)
		}
	}
	expectInOrder(t, cfg, 1, 6)
}

func TestTheBusIsMadeAnewWhenItsIdentityIsForgotten(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "levels", 3)
	bus := busOf(t, cfg)
	if err := bus.Publish("levels", busMessage(0, 0)); err != nil {
		t.Fatal(err)
	}
	before := bus.made
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.InvalidProducerEpoch})
	if err := bus.Publish("levels", busMessage(0, 1)); err == nil {
		t.Fatal("the identity was not lost: this test would pass for nothing")
	}
	if bus.made == before {
		t.Error("the identity that was forgotten is kept")
	}
	if err := bus.Publish("levels", busMessage(0, 1)); err != nil {
		t.Error(err)
	}
}

func TestTheBusStartsWithoutKafka(t *testing.T) {
	bus := busOf(t, Config{Brokers: []string{closedPort(t)}, DialTimeout: 200 * time.Millisecond, RequestTimeout: time.Second})
	var running sync.WaitGroup
	for m := range 20 { // together, or they would wait for each other's time-outs
		running.Go(func() {
			err := bus.Publish("levels", busMessage(m, 0))
			if !errors.Is(err, ErrUnavailable) {
				t.Errorf("got %v, want ErrUnavailable", err)
			}
			if _, never := Unpublishable(err); never {
				t.Error("an outage makes a message unpublishable")
			}
		})
	}
	running.Wait()
	if err := bus.Close(); err != nil {
		t.Error(err)
	}
	if err := bus.Publish("levels", busMessage(0, 0)); err == nil {
		t.Error("a closed bus took a message")
	}
}

func TestUnpublishable(t *testing.T) {
	_, cfg := fakeCluster(t)
	makeTopic(t, cfg, "levels", 1)
	bus := busOf(t, cfg)
	large, nobody := busMessage(0, 0), busMessage(0, 0)
	large.Payload = []byte(strings.Repeat("x", 100_001))
	nobody.UUID = ""
	for want, msg := range map[string]*message.Message{"too_large": large, "no_key": nobody} {
		err := bus.Publish("levels", msg)
		if reason, never := Unpublishable(err); reason != want || !never {
			t.Errorf("%v: got %q, %v, want %q", err, reason, never, want)
		}
	}
	for _, err := range []error{sarama.ErrTopicAuthorizationFailed, sarama.ErrUnknownTopicOrPartition, sarama.ErrNotEnoughReplicas} {
		if reason, never := Unpublishable(err); never {
			t.Errorf("%v is taken for good, as %q", err, reason)
		}
	}
}

func TestABusRefusesImpossibleSettings(t *testing.T) {
	_, err := NewBus(Config{}, BusConfig{Retries: -1, Compression: "zip"}, nil)
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{"brokers", "below zero", "zip"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not tell of %s", err, want)
		}
	}
}

func busOf(t testing.TB, cfg Config) *Bus {
	t.Helper()
	bus, err := NewBus(cfg, BusConfig{}, func(msg *message.Message) []byte { return []byte(msg.UUID) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, bus) })
	return bus
}

// busMessage is the nth of a member.
func busMessage(member, n int) *message.Message {
	msg := message.NewMessage("M"+strconv.Itoa(member), []byte(strconv.Itoa(n)))
	msg.Metadata.Set("cause", "orders")
	return msg
}
