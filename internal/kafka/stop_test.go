package kafka

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice/pipelines"
)

// A member that is told to stop while its group rebalances has the next generation's number yet to
// learn, and the coordinator takes its last commits with no other.
func TestAStopDuringARebalanceCommitsWhatIsSettled(t *testing.T) {
	for name, during := range map[string]func(*kfake.Cluster, *overtaken, *kmsg.SyncGroupRequest) (kmsg.Response, error, bool){
		"its assignment is yet to come": func(cluster *kfake.Cluster, o *overtaken, _ *kmsg.SyncGroupRequest) (kmsg.Response, error, bool) {
			o.stop()
			cluster.SleepControl(func() { <-o.asked })
			return nil, nil, false
		},
		"another rebalance overtakes it": func(_ *kfake.Cluster, o *overtaken, sync *kmsg.SyncGroupRequest) (kmsg.Response, error, bool) {
			o.stop()
			refusal := sync.ResponseKind().(*kmsg.SyncGroupResponse) //nolint:forcetypeassert // is what answers it
			refusal.ErrorCode = int16(sarama.ErrRebalanceInProgress)
			return refusal, nil, true
		},
	} {
		t.Run(name, func(t *testing.T) {
			cluster, cfg := fakeCluster(t)
			makeTopic(t, cfg, "pings", 1)
			publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 10)
			ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
			defer stop()
			o := &overtaken{stop: stop, asked: make(chan struct{})}
			o.watch(cluster, during)

			others, leave := context.WithCancel(t.Context())
			defer leave()
			other, ended := joined(t, cfg), make(chan error, 1)
			o.run(ctx, t, cfg, func() { ended <- other.Run(others, untilTheEnd) })
			leave()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if !o.was.Load() {
				t.Error("the group was not in a rebalance when the member was stopped: this test shows nothing")
			}
		})
	}
}

// overtaken is a member that is stopped while it waits for its part of a new generation.
type overtaken struct {
	stop    func()
	asked   chan struct{} // closed at its first commit after the stop
	stopped bool
	member  string
	first   int32
	was     atomic.Bool
}

// watch has during answer the member's SyncGroup of the second generation. The cluster runs it all
// on one goroutine.
func (o *overtaken) watch(cluster *kfake.Cluster, during func(*kfake.Cluster, *overtaken, *kmsg.SyncGroupRequest) (kmsg.Response, error, bool)) {
	cluster.ControlKey(int16(kmsg.SyncGroup), func(request kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		sync := request.(*kmsg.SyncGroupRequest) //nolint:forcetypeassert // is what the key says
		if o.member == "" {
			o.member, o.first = sync.MemberID, sync.Generation
		}
		if sync.MemberID != o.member || sync.Generation == o.first || o.was.Swap(true) {
			return nil, nil, false
		}
		return during(cluster, o, sync)
	})
	cluster.ControlKey(int16(kmsg.OffsetCommit), func(kmsg.Request) (kmsg.Response, error, bool) {
		if o.was.Load() && !o.stopped {
			o.stopped = true
			close(o.asked)
		}
		return nil, nil, false
	})
}

// run joins, reads all, has others come, and commits when it is stopped.
func (o *overtaken) run(ctx context.Context, t *testing.T, cfg Config, come func()) {
	t.Helper()
	err := joined(t, cfg).Run(ctx, func(ctx context.Context, _ pipelines.Partition, src pipelines.Source) error {
		if _, err := take(ctx, src, 10); err != nil {
			return err
		}
		go come()
		<-ctx.Done()
		if cause := context.Cause(ctx); !errors.Is(cause, pipelines.ErrStopped) {
			t.Errorf("the lane ended for %v", cause)
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := src.Commit(last, 10); err != nil {
			t.Errorf("the last commit: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func joined(t *testing.T, cfg Config) *Group {
	t.Helper()
	g, err := NewGroup(cfg, "group", "pings", quick(GroupConfig{HeartbeatInterval: 20 * time.Millisecond}), newTold())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// untilTheEnd serves a partition by waiting.
func untilTheEnd(ctx context.Context, _ pipelines.Partition, _ pipelines.Source) error {
	<-ctx.Done()
	return context.Cause(ctx)
}
