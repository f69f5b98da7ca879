package kafka

import (
	"context"
	"errors"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"sluice/pipelines"
)

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
