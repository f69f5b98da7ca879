package kafka

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

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

// A lane that waits for its store fetches nothing, so no fetch can fail.
func TestATopicMadeAnewBehindTheBackOfALane(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
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
			if err := src.Commit(context.WithoutCancel(ctx), 10); err != nil {
				t.Errorf("draining: %v", err)
			}
			return context.Cause(ctx)
		})
		if claims != 2 {
			t.Errorf("%d claims, want 2", claims)
		}
		reported(t, obs, gap{pingsPart, 0, 10, gapMadeAnew})
	})
}

// The log is as a leader leaves it that was elected without the last records: it holds others there.
func TestWhatALeaderDidNotHaveIsReportedAndTheRestRead(t *testing.T) {
	for name, c := range map[string]struct {
		commit commit
		want   []gap
		first  int64
	}{
		"the same":                        {commit{next: 5, epoch: 0}, nil, 5},
		"the same, later":                 {commit{next: 10, epoch: 1}, nil, 10},
		"others in their place":           {commit{next: 10, epoch: 0}, []gap{{pingsPart, 5, 10, gapCut}}, 5},
		"others up to the end":            {commit{next: 15, epoch: 0}, []gap{{pingsPart, 5, 15, gapCut}}, 5},
		"a shorter log":                   {commit{next: 40, epoch: 0}, []gap{{pingsPart, 5, 40, gapCut}}, 5},
		"a shorter log of the same epoch": {commit{next: 40, epoch: 1}, []gap{{pingsPart, 15, 40, gapCut}}, 15},
		"a shorter log, unknown epoch":    {commit{next: 40, epoch: unknownEpoch}, []gap{{pingsPart, 15, 40, gapCut}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, by := twoLeaders(t)
			if c.commit.epoch >= 0 {
				c.commit.epoch = by[c.commit.epoch]
			}
			putCommit(t, cfg, c.commit)
			obs := newTold()
			serving(t, cfg, quick(GroupConfig{}), obs, func(ctx context.Context, src pipelines.Source) error {
				if len(obs.gaps) < len(c.want) { // of a claim before that is reported
					<-ctx.Done()
					return context.Cause(ctx)
				}
				got, err := take(ctx, src, min(1, int(15-c.first)))
				consecutive(t, got, c.first)
				return errors.Join(err, src.Commit(ctx, c.first+int64(len(got))))
			})
			reported(t, obs, c.want...)
			reads(t, cfg, failing{t}, 0, commitOf(t, cfg).next)
		})
	}
}

// twoLeaders makes a topic whose first 5 records are of one leader's epoch, and 10 more of a later one.
func twoLeaders(t *testing.T) (cfg Config, epochs [2]int32) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(2), kfake.DataDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	cfg = Config{Brokers: cluster.ListenAddrs()}
	makeTopic(t, cfg, "pings", 1)
	p := publisherOf(t, cfg, PublisherConfig{})
	publish(t, p, "pings", 5)
	for node := range int32(2) {
		if err := cluster.MoveTopicPartition("pings", 0, node); err != nil {
			t.Fatal(err)
		}
	}
	publish(t, p, "pings", 10)
	return cfg, [2]int32{epochAt(t, cfg, 0), epochAt(t, cfg, 5)}
}

// epochAt is the epoch of the leader that wrote the record at an offset.
func epochAt(t *testing.T, cfg Config, offset int64) int32 {
	t.Helper()
	var epoch int32
	serving(t, Config{Brokers: cfg.Brokers, TopicPrefix: cfg.TopicPrefix, ClientID: "look"}, quick(GroupConfig{}), newTold(), func(ctx context.Context, s pipelines.Source) error {
		src, ok := s.(*source)
		if !ok {
			return errors.New("no source of ours")
		}
		_, err := take(ctx, s, int(offset)+1)
		epoch = src.fetcher.epochs.before(offset + 1)
		return err
	})
	return epoch
}

func TestAGapIsReportedOnce(t *testing.T) {
	for name, running := range map[string]bool{"while it runs": true, "while it is stopped": false} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, cfg Config) {
				makeTopic(t, cfg, "pings", 1)
				p := publisherOf(t, cfg, PublisherConfig{})
				for range 3 {
					publish(t, p, "pings", 10)
				}
				obs := newTold()
				lose := func() { deleteBefore(t, cfg, "pings", 30) }
				serving(t, cfg, quick(GroupConfig{FetchBytes: 1}), obs, func(ctx context.Context, src pipelines.Source) error {
					if _, err := take(ctx, src, 10); err != nil {
						return err
					}
					if err := src.Commit(ctx, 10); err != nil || !running {
						return err
					}
					lose()
					dst := make([]pipelines.Record, 100)
					if n, err := src.Poll(ctx, dst); err != nil || dst[n-1].Offset != 19 { // the answer ahead
						return errors.Join(err, errors.New("not the next ten"))
					}
					if err := src.Commit(ctx, 20); err != nil {
						return err
					}
					ended, stop := context.WithTimeout(ctx, 5*time.Second)
					defer stop()
					for commitOf(t, cfg).next != 30 && ended.Err() == nil {
						pause(ended, 20*time.Millisecond)
					}
					return ended.Err()
				})
				from := int64(20)
				if !running {
					lose()
					from = 10
				}
				reads(t, cfg, obs, 0, 30) // what is read next says nothing more
				reads(t, cfg, obs, 0, 30)
				reported(t, obs, gap{pingsPart, from, 30, gapRetention})
			})
		})
	}
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
