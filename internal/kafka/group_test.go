package kafka

import (
	"context"
	"errors"
	"testing"
	"time"

	"sluice/pipelines"
)

// told collects what a group reports.
type told struct {
	failures chan error
	gaps     chan gap
	skipped  chan skip
}

type gap struct {
	part     pipelines.Partition
	from, to int64
	why      string
}

type skip struct {
	from, to int64
	reason   string
}

func newTold() *told {
	return &told{failures: make(chan error, 1000), gaps: make(chan gap, 10), skipped: make(chan skip, 10)}
}

func (o *told) GroupSkipped(_ pipelines.Partition, from, to int64, reason string, _ error) {
	o.skipped <- skip{from, to, reason}
}

func (o *told) GroupFailed(err error) {
	select {
	case o.failures <- err:
	default:
	}
}

func (o *told) GroupGap(part pipelines.Partition, from, to int64, why string) {
	o.gaps <- gap{part, from, to, why}
}

// readOnce joins as the only member of a one-partition topic, reads n records, commits
// next unless that is negative, and leaves. It gives the first offset.
func readOnce(t *testing.T, cfg Config, obs GroupObserver, n int, next int64) int64 {
	t.Helper()
	g, err := NewGroup(cfg, "group", "pings", GroupConfig{}, obs)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	first := int64(-1)
	err = g.Run(ctx, func(ctx context.Context, _ pipelines.Partition, src pipelines.Source) error {
		defer stop()
		for total := 0; total < n; {
			dst := make([]pipelines.Record, n-total)
			got, err := src.Poll(ctx, dst)
			if err != nil {
				return err
			}
			if first < 0 {
				first = dst[0].Offset
			}
			total += got
		}
		if next < 0 {
			return nil
		}
		return src.Commit(ctx, next)
	})
	if err != nil {
		t.Fatal(err)
	}
	return first
}

func TestGapIsReportedToTheOffset(t *testing.T) {
	_, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	p := publisherOf(t, cfg, PublisherConfig{})
	publish(t, p, "pings", 100)
	obs := newTold()
	if first := readOnce(t, cfg, obs, 10, 10); first != 0 {
		t.Fatalf("a new group begins at %d, want 0", first)
	}
	deleteBefore(t, cfg, "pings", 30)
	if first := readOnce(t, cfg, obs, 70, -1); first != 30 {
		t.Errorf("after the loss the group begins at %d, want 30", first)
	}
	select {
	case got := <-obs.gaps:
		if want := (gap{pipelines.Partition{Topic: "pings"}, 10, 30, gapRetention}); got != want {
			t.Errorf("reported %+v, want %+v", got, want)
		}
	default:
		t.Error("the loss of offsets 10 to 29 was not reported")
	}
}

func deleteBefore(t *testing.T, cfg Config, topic string, offset int64) {
	t.Helper()
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	_, brokers, err := admin.connect()
	if err != nil {
		t.Fatal(err)
	}
	if err := brokers.DeleteRecords(cfg.topic(topic), map[int32]int64{0: offset}); err != nil {
		t.Fatal(err)
	}
}

func TestGroupWaitsForKafkaAndStops(t *testing.T) {
	obs := newTold()
	g, err := NewGroup(Config{Brokers: []string{closedPort(t)}}, "group", "pings", GroupConfig{RetryBase: time.Millisecond, RetryMax: 5 * time.Millisecond}, obs)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- g.Run(ctx, func(context.Context, pipelines.Partition, pipelines.Source) error { return errors.New("served") })
	}()
	for range 3 {
		if err := <-obs.failures; err == nil {
			t.Error("a failure without an error")
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run returned %v after a stop, want nil", err)
	}
}
