package jobs

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"sluice/internal/kafka"
	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// quiet is an observer of a group that is not interested.
type quiet struct{}

func (quiet) GroupFailed(error)                                             {}
func (quiet) GroupGap(pipelines.Partition, int64, int64, string)            {}
func (quiet) GroupSkipped(pipelines.Partition, int64, int64, string, error) {}

// Over a real group's protocol: the second runner takes over from the first, with a greater fence, and does what is left.
func TestTakeoverInARealGroup(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, schemas.TopicTicks), kfake.DataDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	cfg := kafka.Config{Brokers: cluster.ListenAddrs()}
	ticks, err := kafka.NewPublisher(cfg, kafka.PublisherConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := ticks.Close(); err != nil {
			t.Error(err)
		}
	}()
	members := newStore(readRules(t, ""), 4)
	members.join("M1", time.Now().UnixMilli(), nil, membership(time.Now()))
	start := func() (stop func()) {
		group, err := kafka.NewGroup(cfg, "sluice-jobs", schemas.TopicTicks, kafka.GroupConfig{SessionTimeout: 6 * time.Second, RebalanceTimeout: 2 * time.Second}, quiet{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := New(Config{TickEvery: 50 * time.Millisecond, TurnEvery: 20 * time.Millisecond, Grace: time.Nanosecond}, Deps{
			Ticks: ticks, Levels: members, Coupons: members, Members: members, Observer: &heard{}, Rules: func() *rules.Rules { return members.rules },
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- r.Run(ctx, group) }()
		return func() {
			cancel()
			if err := <-ran; err != nil {
				t.Error(err)
			}
		}
	}
	first := start()
	await(t, "the first fall", func() bool { return members.fallen() == 1 })
	before := highest(members)
	second := start()
	defer second()
	first()
	members.join("M2", time.Now().UnixMilli(), nil, membership(time.Now()))
	await(t, "the second fall", func() bool { return members.fallen() == 2 })
	if after := highest(members); after <= before {
		t.Errorf("the fence was %d, and is %d", before, after)
	}
	if members.refused != 0 {
		t.Errorf("%d calls were fenced in an orderly takeover", members.refused)
	}
}

// membership ends before anybody looks.
func membership(now time.Time) schemas.Membership {
	return schemas.Membership{SKU: "gold-month", Rank: 2, From: now.UnixMilli(), Until: now.UnixMilli() + 20}
}

func highest(s *store) (fence int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.fences {
		fence = max(fence, f)
	}
	return fence
}

// await asks until it is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		if so() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come", what)
		}
	}
}

func (s *store) fallen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.falls)
}
