package kafka

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice/pipelines"
)

// A rollout goes on when a process says that it is ready: not before it is in the group, and
// also when no partition is left for it.
func TestReadyOnceJoined(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	first := joined(t, cfg)
	if first.Ready(ctx) == nil {
		t.Error("ready before it was run")
	}
	serving, ended := make(chan struct{}), make(chan error, 2)
	go func() {
		ended <- first.Run(ctx, func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
			close(serving)
			return untilTheEnd(ctx, part, src)
		})
	}()
	<-serving
	if err := first.Ready(ctx); err != nil {
		t.Errorf("not ready with a partition in hand: %v", err)
	}

	second, asked, let := joined(t, cfg), make(chan struct{}), make(chan struct{})
	holdJoin(cluster, asked, let)
	go func() {
		ended <- second.Run(ctx, func(context.Context, pipelines.Partition, pipelines.Source) error {
			return errors.New("served a partition that another has")
		})
	}()
	<-asked
	if second.Ready(ctx) == nil {
		t.Error("ready while its join was under way")
	}
	close(let)
	for tick := time.NewTicker(5 * time.Millisecond); second.Ready(ctx) != nil && ctx.Err() == nil; {
		<-tick.C
	}
	if err := second.Ready(ctx); err != nil {
		t.Errorf("joined without a partition: %v", err)
	}
	stop()
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// holdJoin keeps the next JoinGroup until let is closed.
func holdJoin(cluster *kfake.Cluster, asked, let chan struct{}) {
	cluster.ControlKey(int16(kmsg.JoinGroup), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.DropControl()
		close(asked)
		cluster.SleepControl(func() { <-let })
		return nil, nil, false
	})
}

func TestReadinessIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e entry
		e.begin()
		time.Sleep(29 * time.Second)
		e.begin() // a second run does not begin anew
		if e.ready(30*time.Second) == nil {
			t.Error("ready before it has joined")
		}
		time.Sleep(time.Second)
		if err := e.ready(30 * time.Second); err != nil {
			t.Errorf("a group that cannot be joined holds up a rollout for ever: %v", err)
		}
	})
}
