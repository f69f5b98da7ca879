package kafka

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice/internal/stacktest"
	"sluice/pipelines"
)

// quick is a group that does not wait long before it tries again.
func quick(g GroupConfig) GroupConfig {
	g.RetryBase, g.RetryMax = time.Millisecond, 20*time.Millisecond
	return g
}

// onBoth runs a test on the embedded broker and on a real one.
func onBoth(t *testing.T, test func(t *testing.T, cfg Config)) {
	t.Run("embedded", func(t *testing.T) { test(t, embedded(t)) })
	t.Run("real", func(t *testing.T) {
		test(t, Config{Brokers: stacktest.Kafka(t), TopicPrefix: fmt.Sprintf("kfetch-%d-", time.Now().UnixNano())})
	})
}

// serving joins as the only member of pings, which has one partition, and runs play with it.
func serving(t *testing.T, cfg Config, group GroupConfig, obs GroupObserver, play func(ctx context.Context, src pipelines.Source) error) {
	t.Helper()
	g, err := NewGroup(cfg, cfg.TopicPrefix+"group", "pings", group, obs)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 40*time.Second)
	defer stop()
	err = g.Run(ctx, func(ctx context.Context, _ pipelines.Partition, src pipelines.Source) error {
		err := play(ctx, src)
		if errors.Is(err, pipelines.ErrRevoked) { // the claim comes again
			return err
		}
		stop()
		if err != nil { // Run would take a time-out for a stop
			t.Errorf("reading: %v", err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// take polls so many records.
func take(ctx context.Context, src pipelines.Source, n int) ([]pipelines.Record, error) {
	all := make([]pipelines.Record, 0, n)
	for len(all) < n {
		dst := make([]pipelines.Record, n-len(all))
		got, err := src.Poll(ctx, dst)
		if err != nil {
			return nil, fmt.Errorf("after %d of %d records: %w", len(all), n, err)
		}
		all = append(all, dst[:got]...)
	}
	return all, nil
}

func consecutive(t *testing.T, records []pipelines.Record, first int64) {
	t.Helper()
	for i, rec := range records {
		if rec.Offset != first+int64(i) {
			t.Fatalf("record %d has offset %d, want %d", i, rec.Offset, first+int64(i))
		}
	}
}

func TestBatchLargerThanAFetch(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 500)
		serving(t, cfg, GroupConfig{FetchBytes: 1}, failing{t}, func(ctx context.Context, src pipelines.Source) error {
			all, err := take(ctx, src, 500)
			consecutive(t, all, 0)
			return err
		})
	})
}

func TestRetentionOvertakesARunningClaim(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		p := publisherOf(t, cfg, PublisherConfig{})
		for range 10 {
			publish(t, p, "pings", 10) // a batch, and with one byte to a fetch an answer, of ten
		}
		obs := newTold()
		serving(t, cfg, quick(GroupConfig{FetchBytes: 1}), obs, func(ctx context.Context, src pipelines.Source) error {
			if _, err := take(ctx, src, 10); err != nil {
				return err
			}
			deleteBefore(t, cfg, "pings", 50)
			read := int64(10)
			for dst := make([]pipelines.Record, 10); ; {
				n, err := src.Poll(ctx, dst)
				if err != nil {
					return err
				}
				if dst[0].Offset == 50 {
					break
				}
				consecutive(t, dst[:n], read)
				read += int64(n)
			}
			got := <-obs.gaps
			if want := (gap{pipelines.Partition{Topic: "pings"}, read, 50, gapRetention}); got != want {
				t.Errorf("reported %+v, want %+v", got, want)
			}
			rest, err := take(ctx, src, 40)
			consecutive(t, rest, 60)
			return err
		})
	})
}

func TestTopicMadeAnewUnderARunningClaim(t *testing.T) {
	cfg := embedded(t)
	makeTopic(t, cfg, "pings", 1)
	p := publisherOf(t, cfg, PublisherConfig{})
	publish(t, p, "pings", 10)
	claims := 0
	serving(t, cfg, quick(GroupConfig{}), newTold(), func(ctx context.Context, src pipelines.Source) error {
		claims++
		first := 10
		if claims > 1 {
			first = 3
		}
		all, err := take(ctx, src, first)
		consecutive(t, all, 0)
		if claims > 1 || err != nil {
			return err
		}
		remake(t, cfg, "pings")
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 3)
		_, err = take(ctx, src, 1)
		return err
	})
	if claims < 2 {
		t.Error("the claim was not made anew")
	}
}

func remake(t *testing.T, cfg Config, topic string) {
	t.Helper()
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	_, brokers, err := admin.connect()
	if err == nil {
		err = brokers.DeleteTopic(cfg.topic(topic))
	}
	if err == nil {
		_, err = admin.Setup(t.Context(), []TopicSpec{{Name: topic, Partitions: 1, Replication: 1}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestFetchSurvivesCutConnections(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	p := publisherOf(t, cfg, PublisherConfig{})
	obs := newTold()
	serving(t, cfg, quick(GroupConfig{}), obs, func(ctx context.Context, src pipelines.Source) error {
		for round := range 5 {
			cluster.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
				return nil, errors.New("cut"), true
			})
			publish(t, p, "pings", 20)
			if err := <-obs.failures; err == nil {
				t.Error("a failure without an error")
			}
			got, err := take(ctx, src, 20)
			if err != nil {
				return err
			}
			consecutive(t, got, int64(20*round))
		}
		return nil
	})
}

func TestFetchSurvivesALeaderThatMoves(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.DataDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	cfg := Config{Brokers: cluster.ListenAddrs()}
	makeTopic(t, cfg, "pings", 1)
	p := publisherOf(t, cfg, PublisherConfig{})
	serving(t, cfg, quick(GroupConfig{}), newTold(), func(ctx context.Context, src pipelines.Source) error {
		for round := range int32(6) {
			if err := cluster.MoveTopicPartition("pings", 0, round%3); err != nil {
				return err
			}
			publish(t, p, "pings", 20)
			got, err := take(ctx, src, 20)
			if err != nil {
				return err
			}
			consecutive(t, got, int64(20*round))
		}
		return nil
	})
}

func TestWaitsOfAFetchAreCutWhenTheLaneEnds(t *testing.T) {
	for name, throttle := range map[string]int32{"a long poll": 0, "a client above its quota": 9000} {
		t.Run(name, func(t *testing.T) {
			cluster, cfg := fakeCluster(t)
			makeTopic(t, cfg, "pings", 1)
			asked := make(chan struct{}, 100)
			cluster.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
				cluster.KeepControl()
				asked <- struct{}{}
				if throttle == 0 {
					return nil, nil, false
				}
				resp := req.(*kmsg.FetchRequest).ResponseKind().(*kmsg.FetchResponse)
				resp.ThrottleMillis = throttle
				return resp, nil, true
			})
			var ended time.Time
			serving(t, cfg, GroupConfig{FetchWait: 9 * time.Second}, failing{t}, func(context.Context, pipelines.Source) error {
				<-asked
				if throttle > 0 {
					again := time.NewTimer(500 * time.Millisecond)
					defer again.Stop()
					select {
					case <-asked:
						t.Error("asked again although the quota was used up")
					case <-again.C:
					}
				}
				ended = time.Now()
				return nil
			})
			if took := time.Since(ended); took > 5*time.Second {
				t.Errorf("the group left %v after its lane", took)
			}
		})
	}
}

func TestUnpolledSourceFetchesOneAnswerAhead(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	p := publisherOf(t, cfg, PublisherConfig{})
	for range 10 {
		publish(t, p, "pings", 10)
	}
	wanted := make(chan int64, 1000)
	cluster.ControlKey(int16(kmsg.Fetch), func(asked kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		for _, topic := range asked.(*kmsg.FetchRequest).Topics {
			if part := topic.Partitions[0]; part.PartitionMaxBytes == 2 { // the source's own
				wanted <- part.FetchOffset
			}
		}
		return nil, nil, false
	})
	serving(t, cfg, GroupConfig{FetchBytes: 2}, failing{t}, func(ctx context.Context, src pipelines.Source) error {
		if _, err := take(ctx, src, 1); err != nil {
			return err
		}
		for want := int64(0); want <= 10; want += 10 {
			if got := <-wanted; got != want {
				t.Errorf("fetched from %d, want %d", got, want)
			}
		}
		unpolled := time.NewTimer(500 * time.Millisecond)
		defer unpolled.Stop()
		select {
		case offset := <-wanted:
			t.Errorf("fetched from %d while nobody polled", offset)
		case <-unpolled.C:
		}
		rest, err := take(ctx, src, 99)
		consecutive(t, rest, 1)
		return err
	})
}
