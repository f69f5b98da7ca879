package pipelinestest

import (
	"context"
	"errors"
	"testing"
	"time"

	"sluice/pipelines"
)

// patience is how long the suite waits for anything before it calls it missing.
const patience = 45 * time.Second

// member is one process of a group, whose lanes the test itself plays.
type member struct {
	stop  context.CancelFunc
	lanes chan *held // each partition assigned
	ended chan error // what Run returned
}

// held is one assigned partition in the hands of the test.
type held struct {
	ctx     context.Context //nolint:containedctx // the lane's own, as serve was given it
	part    pipelines.Partition
	src     pipelines.Source
	release chan error // what serve returns
}

func join(t testing.TB, group pipelines.Group) *member {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	m := &member{stop: stop, lanes: make(chan *held, 64), ended: make(chan error, 1)}
	go func() {
		m.ended <- group.Run(ctx, func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
			h := &held{ctx: ctx, part: part, src: src, release: make(chan error, 1)}
			m.lanes <- h
			return <-h.release
		})
	}()
	return m
}

// hold waits for so many partitions.
func (m *member) hold(t testing.TB, n int) map[int32]*held {
	t.Helper()
	lanes := make(map[int32]*held, n)
	for len(lanes) < n {
		h := receive(t, m.lanes, "an assigned partition")
		lanes[h.part.ID] = h
	}
	return lanes
}

// leave stops the member, releases its lanes, and checks that Run returns nil.
func (m *member) leave(t testing.TB, lanes map[int32]*held) {
	t.Helper()
	m.stop()
	for _, h := range lanes {
		h.endsWith(t, pipelines.ErrStopped)
		h.release <- nil
	}
	if err := receive(t, m.ended, "the end of Run"); err != nil {
		t.Fatalf("Run returned %v after a stop, want nil", err)
	}
}

// endsWith waits for the lane's context to end, with that cause, which Poll returns as well.
func (h *held) endsWith(t testing.TB, cause error) {
	t.Helper()
	receive(t, h.ctx.Done(), "the end of a lane's context")
	if !errors.Is(context.Cause(h.ctx), cause) {
		t.Fatalf("%v ended with cause %v, want %v", h.part, context.Cause(h.ctx), cause)
	}
	if n, err := h.src.Poll(h.ctx, make([]pipelines.Record, 1)); n != 0 || !errors.Is(err, cause) {
		t.Fatalf("%v: Poll gave %d records and %v after its context had ended, want the cause %v", h.part, n, err, cause)
	}
}

// read polls exactly so many records, and checks that their offsets have no hole.
func (h *held) read(t testing.TB, n int) []pipelines.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(h.ctx, patience)
	defer cancel()
	all := make([]pipelines.Record, 0, n)
	for len(all) < n {
		dst := make([]pipelines.Record, min(n-len(all), 97))
		got, err := h.src.Poll(ctx, dst)
		if err != nil {
			t.Fatalf("%v: Poll failed after %d of %d records: %v", h.part, len(all), n, err)
		}
		if got < 1 || got > len(dst) {
			t.Fatalf("%v: Poll filled %d of %d without an error", h.part, got, len(dst))
		}
		all = append(all, dst[:got]...)
	}
	for i := 1; i < len(all); i++ {
		if all[i].Offset != all[i-1].Offset+1 {
			t.Fatalf("%v: offset %d follows %d", h.part, all[i].Offset, all[i-1].Offset)
		}
	}
	return all
}

func (h *held) commit(t testing.TB, next int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := h.src.Commit(ctx, next); err != nil {
		t.Fatalf("%v: committing %d: %v", h.part, next, err)
	}
}

// startsAt checks where a fresh lane begins to read.
func (h *held) startsAt(t testing.TB, offset int64) {
	t.Helper()
	if got := h.read(t, 1)[0].Offset; got != offset {
		t.Fatalf("%v begins at offset %d, want %d", h.part, got, offset)
	}
}

func receive[T any](t testing.TB, from <-chan T, what string) T {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case v := <-from:
		return v
	case <-late.C:
		t.Fatalf("waited %v for %s", patience, what)
		panic("unreachable")
	}
}
