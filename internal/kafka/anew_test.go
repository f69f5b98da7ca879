package kafka

import (
	"context"
	"slices"
	"testing"
	"time"

	"sluice/internal/pause"
	"sluice/pipelines"
)

// commitOf reads the group's commit in the only partition of pings.
func commitOf(t *testing.T, cfg Config) commit {
	t.Helper()
	var found commit
	withOffsets(t, cfg, func(o *offsets) (err error) {
		found, err = o.committed(cfg.topic("pings"), 0)
		return err
	})
	return found
}

// putCommit commits for the group, which has no members.
func putCommit(t *testing.T, cfg Config, put commit) {
	t.Helper()
	withOffsets(t, cfg, func(o *offsets) error { return o.commit("", -1, cfg.topic("pings"), 0, put) })
}

func withOffsets(t *testing.T, cfg Config, do func(*offsets) error) {
	t.Helper()
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	client, _, err := admin.connect()
	if err != nil {
		t.Fatal(err)
	}
	o := newOffsets(client, cfg.TopicPrefix+"group", "")
	defer closing(t, closer(o.close))
	if err := do(o); err != nil {
		t.Fatal(err)
	}
}

type closer func() error

func (c closer) Close() error { return c() }

// reads polls n records from one offset on, commits behind them, and leaves.
func reads(t *testing.T, cfg Config, obs GroupObserver, n int, first int64) {
	t.Helper()
	serving(t, cfg, quick(GroupConfig{}), obs, func(ctx context.Context, src pipelines.Source) error {
		all, err := take(ctx, src, n)
		consecutive(t, all, first)
		if err != nil {
			return err
		}
		return src.Commit(ctx, first+int64(n))
	})
}

func reported(t *testing.T, obs *told, want ...gap) {
	t.Helper()
	close(obs.gaps)
	var got []gap
	for g := range obs.gaps {
		got = append(got, g)
	}
	if !slices.Equal(got, want) {
		t.Errorf("reported %+v, want %+v", got, want)
	}
}

var pingsPart = pipelines.Partition{Topic: "pings"} //nolint:gochecknoglobals // constant

// Kafka forgets the commits of a topic that it deletes, unless one comes in afterwards: a member
// that has not heard of it yet commits where it stood.
func TestCommitsOfATopicDoNotCountForTheNextOfItsName(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 10)
		reads(t, cfg, failing{t}, 10, 0)
		before := commitOf(t, cfg)
		if before.next != 10 || before.epoch < 0 || before.note == "" {
			t.Fatalf("committed %+v", before)
		}
		remake(t, cfg, "pings")
		t.Logf("after the topic was deleted and made anew: %+v", commitOf(t, cfg))
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 25)
		putCommit(t, cfg, before)
		obs := newTold()
		reads(t, cfg, obs, 25, 0)
		reported(t, obs, gap{pingsPart, 0, 10, gapMadeAnew})
		reads(t, cfg, failing{t}, 0, 25) // and once only
	})
}

// A lane that waits for its store fetches nothing, so no fetch can fail. Its last commit may go
// into the new topic, or the old ones with the old topic.
func TestATopicMadeAnewBehindTheBackOfALane(t *testing.T) {
	for name, drains := range map[string]bool{"with a last commit": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, cfg Config) { madeAnewBehind(t, cfg, drains) })
		})
	}
}

func madeAnewBehind(t *testing.T, cfg Config, drains bool) {
	t.Helper()
	makeTopic(t, cfg, "pings", 1)
	p := publisherOf(t, cfg, PublisherConfig{})
	publish(t, p, "pings", 10)
	publish(t, p, "pings", 1)
	claims := 0
	obs := newTold()
	group := quick(GroupConfig{TopicCheck: 100 * time.Millisecond, FetchBytes: 1})
	serving(t, cfg, group, obs, func(ctx context.Context, src pipelines.Source) error {
		claims++
		if claims > 1 {
			all, err := take(ctx, src, 30)
			consecutive(t, all, 0)
			return err
		}
		if _, err := take(ctx, src, 10); err != nil {
			return err
		}
		if err := src.Commit(ctx, 5); err != nil {
			return err
		}
		remake(t, cfg, "pings")
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 30)
		<-ctx.Done()
		if !drains {
			return context.Cause(ctx)
		}
		if err := src.Commit(context.WithoutCancel(ctx), 10); err != nil {
			t.Errorf("draining: %v", err)
		}
		return context.Cause(ctx)
	})
	if claims != 2 {
		t.Errorf("%d claims, want 2", claims)
	}
	to := int64(5)
	if drains {
		to = 10
	}
	reported(t, obs, gap{pingsPart, 0, to, gapMadeAnew})
}

func TestAGroupWithoutCommitsReadsFromTheOldestRecord(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 10)
		reads(t, cfg, failing{t}, 10, 0)
		deleteBefore(t, cfg, "pings", 4)
		admin, err := NewAdmin(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer closing(t, admin)
		if err := admin.RemoveGroup(t.Context(), cfg.TopicPrefix+"group"); err != nil {
			t.Fatal(err)
		}
		reads(t, cfg, failing{t}, 6, 4)
	})
}

func TestAGapIsReportedOnce(t *testing.T) {
	for name, running := range map[string]bool{"while it runs": true, "while it is stopped": false} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, cfg Config) { gapOnce(t, cfg, running) })
		})
	}
}

func gapOnce(t *testing.T, cfg Config, running bool) {
	t.Helper()
	makeTopic(t, cfg, "pings", 1)
	p := publisherOf(t, cfg, PublisherConfig{})
	for range 3 {
		publish(t, p, "pings", 10)
	}
	obs, from := newTold(), int64(10)
	serving(t, cfg, quick(GroupConfig{FetchBytes: 1}), obs, func(ctx context.Context, src pipelines.Source) error {
		if _, err := take(ctx, src, 10); err != nil {
			return err
		}
		if err := src.Commit(ctx, 10); err != nil || !running {
			return err
		}
		deleteBefore(t, cfg, "pings", 30)
		dst := make([]pipelines.Record, 100)
		for len(obs.gaps) == 0 && ctx.Err() == nil { // an answer may have been fetched ahead
			soon, done := context.WithTimeout(ctx, 200*time.Millisecond)
			if n, err := src.Poll(soon, dst); err == nil {
				from = dst[n-1].Offset + 1
				err = src.Commit(ctx, from)
				if err != nil {
					t.Error(err)
				}
			}
			done()
		}
		for commitOf(t, cfg).next != 30 && ctx.Err() == nil {
			pause.AtMost(ctx, 20*time.Millisecond)
		}
		return ctx.Err()
	})
	if !running {
		deleteBefore(t, cfg, "pings", 30)
	}
	reads(t, cfg, obs, 0, 30) // what is read next says nothing more
	reads(t, cfg, obs, 0, 30)
	reported(t, obs, gap{pingsPart, from, 30, gapRetention})
}

func TestPartitionsThatAreAddedAreReadFromTheStart(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		cfg.MetadataMaxAge = 300 * time.Millisecond
		makeTopic(t, cfg, "pings", 1)
		g, err := NewGroup(cfg, cfg.TopicPrefix+"group", "pings", quick(GroupConfig{}), failing{t})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		defer stop()
		began := make(chan int32, 10)
		err = g.Run(ctx, func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
			began <- part.ID
			if part.ID == 1 {
				got, err := take(ctx, src, 5)
				consecutive(t, got, 0)
				stop()
				return err
			}
			addPartition(t, cfg)
			p := publisherOf(t, cfg, PublisherConfig{})
			if err := p.PublishTo(ctx, pipelines.Partition{Topic: "pings", ID: 1}, make([]pipelines.Record, 5)); err != nil {
				t.Error(err)
			}
			<-ctx.Done()
			return context.Cause(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(began) != 2 {
			t.Errorf("%d claims, want one of each partition: the first is not disturbed", len(began))
		}
	})
}

func addPartition(t *testing.T, cfg Config) {
	t.Helper()
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	_, brokers, err := admin.connect()
	if err == nil {
		err = brokers.CreatePartitions(cfg.topic("pings"), 2, nil, false)
	}
	if err != nil {
		t.Fatal(err)
	}
}
