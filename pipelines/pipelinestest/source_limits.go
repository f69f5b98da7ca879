package pipelinestest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"sluice/pipelines"
)

func testUnpolled(t *testing.T, broker Broker) {
	const n = 20_000
	topic := broker.Topic(t, 2)
	broker.Publish(t, topic, numbered(n, 100))
	m := join(t, broker.Group(t, topic+"-group", topic))
	lanes := m.hold(t, 2)
	share := map[int32]int{0: int(lanes[0].src.Lag()), 1: int(lanes[1].src.Lag())}
	lanes[0].read(t, 1)
	lanes[1].read(t, share[1]) // the other partition flows on
	unpolled := time.NewTimer(2 * time.Second)
	defer unpolled.Stop()
	select {
	case <-lanes[0].ctx.Done():
		t.Fatalf("an unpolled partition was lost: %v", context.Cause(lanes[0].ctx))
	case <-unpolled.C:
	}
	broker.Publish(t, topic, numbered(100, 100))
	first := lanes[0].read(t, share[0]-1)
	if got, want := first[0].Offset, int64(1); got != want {
		t.Fatalf("the next record after the pause has offset %d, want %d", got, want)
	}
	lanes[1].read(t, 1) // what came during the pause
	lanes[0].read(t, 1)
	m.leave(t, lanes)
}

func testLag(t *testing.T, broker Broker) {
	topic := broker.Topic(t, 1)
	broker.Publish(t, topic, numbered(100, 1))
	m := join(t, broker.Group(t, topic+"-group", topic))
	lanes := m.hold(t, 1)
	for _, step := range []struct{ read, lag int }{{0, 100}, {30, 70}, {70, 0}} {
		lanes[0].read(t, step.read)
		if got := lanes[0].src.Lag(); got != int64(step.lag) {
			t.Fatalf("after %d more of 100 records the lag is %d, want %d", step.read, got, step.lag)
		}
	}
	lanes[0].commit(t, 30)
	m.leave(t, lanes)
	m = join(t, broker.Group(t, topic+"-group", topic))
	lanes = m.hold(t, 1)
	if got := lanes[0].src.Lag(); got != 70 {
		t.Fatalf("after a restart at 30 of 100 records the lag is %d, want 70", got)
	}
	m.leave(t, lanes)
}

func testServeError(t *testing.T, broker Broker) {
	topic := broker.Topic(t, 2)
	m := join(t, broker.Group(t, topic+"-group", topic))
	defer m.stop()
	lanes := m.hold(t, 2)
	broken := fmt.Errorf("a lane broke")
	lanes[0].release <- broken
	lanes[1].endsWith(t, pipelines.ErrStopped)
	lanes[1].release <- nil
	if err := receive(t, m.ended, "the end of Run"); !errors.Is(err, broken) {
		t.Fatalf("Run returned %v, want the error of serve", err)
	}
}

// testTogether is worth most under the race detector.
func testTogether(t *testing.T, broker Broker) {
	const n = 400
	topic := broker.Topic(t, 1)
	broker.Publish(t, topic, numbered(n, 1))
	m := join(t, broker.Group(t, topic+"-group", topic))
	lanes := m.hold(t, 1)
	lanes[0].read(t, 20)
	committed := make(chan error, 1)
	go func() {
		var err error
		for next := int64(1); next <= 20 && err == nil; next++ {
			err = lanes[0].src.Commit(lanes[0].ctx, next)
		}
		committed <- err
	}()
	lanes[0].read(t, n-20)
	if err := receive(t, committed, "the end of the commits"); err != nil {
		t.Fatalf("committing while polling: %v", err)
	}
	m.leave(t, lanes)
}

func testContexts(t *testing.T, broker Broker) {
	topic := broker.Topic(t, 1)
	m := join(t, broker.Group(t, topic+"-group", topic))
	lanes := m.hold(t, 1)
	gone := errors.New("no more time")
	ctx, cancel := context.WithCancelCause(lanes[0].ctx)
	polled := make(chan error, 1)
	go func() {
		_, err := lanes[0].src.Poll(ctx, make([]pipelines.Record, 1))
		polled <- err
	}()
	cancel(gone)
	if err := receive(t, polled, "a Poll of an empty partition to end"); !errors.Is(err, gone) {
		t.Fatalf("Poll returned %v, want the context's cause", err)
	}
	if err := lanes[0].src.Commit(ctx, 1); err == nil {
		t.Fatal("Commit returned nil although its context had ended before")
	}
	m.leave(t, lanes)
}
