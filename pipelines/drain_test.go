package pipelines_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
)

// hang never answers until its context ends.
func hang(ctx context.Context, _ []pipelines.Write, _ []pipelines.Result) (bool, error) {
	<-ctx.Done()
	return true, ctx.Err()
}

func TestRevocationDrainsWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 1, pipelines.Config{BatchAge: time.Hour, CommitInterval: time.Hour}, everyOne, func(r *rig) {
			r.store.Break(func(ctx context.Context, _ []pipelines.Write, _ []pipelines.Result) (bool, error) {
				timer := time.NewTimer(3 * time.Second)
				select {
				case <-timer.C:
					return false, nil
				case <-ctx.Done():
					return true, ctx.Err()
				}
			})
		})
		for i := range 7 {
			r.group.Append(0, rec("k", int64(i)))
		}
		synctest.Wait()
		begin := time.Now()
		r.group.Revoke(0)
		if took := time.Since(begin); took != 3*time.Second {
			t.Fatalf("drained in %s, want the sink's 3s", took)
		}
		if r.group.Committed(0) != 7 || r.obs.Verdict(pipelines.Stored) != 7 {
			t.Fatalf("committed %d, stored %d", r.group.Committed(0), r.obs.Verdict(pipelines.Stored))
		}
		if _, last := r.obs.Events(pipelines.Drained); last.Reason != "revoked" {
			t.Fatalf("drained for %q", last.Reason)
		}
	})
}

func TestRevocationAbandonsAtTheDeadlineAndALateVerdictCommitsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan struct{})
		r := start(t, 1, pipelines.Config{BatchRecords: 5, DrainTimeout: 4 * time.Second}, everyOne, func(r *rig) {
			r.store.Break(func(context.Context, []pipelines.Write, []pipelines.Result) (bool, error) {
				<-answer // deaf to its context, like a server that answers late
				return false, nil
			})
		})
		for i := range 12 {
			r.group.Append(0, rec("k", int64(i)))
		}
		synctest.Wait()
		begin := time.Now()
		r.group.Revoke(0)
		if took := time.Since(begin); took < 4*time.Second || took > 6*time.Second {
			t.Fatalf("gave up after %s, want the drain time-out of 4s", took)
		}
		close(answer)
		sleep(time.Minute)
		if len(r.store.Docs()) == 0 {
			t.Fatal("the late write did not happen: this test shows nothing")
		}
		if got := r.group.Committed(0); got != 0 {
			t.Fatalf("a late verdict committed %d", got)
		}
		if r.obs.Verdict(pipelines.Unsettled) != 12 || r.obs.Consumed() != r.obs.Sum() {
			t.Fatalf("%d counted as given up, %d consumed, %d in all", r.obs.Verdict(pipelines.Unsettled), r.obs.Consumed(), r.obs.Sum())
		}
		r.group.Assign(0)
		sleep(time.Minute)
		if got := r.group.Committed(0); got != 12 || len(r.store.Docs()) != 12 {
			t.Fatalf("the next owner committed %d and the store has %d", got, len(r.store.Docs()))
		}
	})
}

func TestStopDrainsWithinItsDeadlineAndSaysWhatItLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 3, pipelines.Config{BatchRecords: 5, DrainTimeout: 8 * time.Second}, everyOne, nil)
		r.group.Append(0, rec("a", 1), rec("a", 2))
		sleep(5 * time.Second)
		r.store.Break(hang)
		r.group.Append(1, rec("b", 1), rec("b", 2), rec("b", 3))
		sleep(time.Second)
		begin := time.Now()
		if err := r.stop(); err != nil {
			t.Fatalf("stopping: %v", err)
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Fatalf("stopped after %s", took)
		}
		drained, _ := r.obs.Events(pipelines.Drained)
		abandoned, last := r.obs.Events(pipelines.Abandoned)
		if drained != 2 || abandoned != 1 || last.N != 3 || last.Reason != "stopped" {
			t.Fatalf("%d drained, %d abandoned, the last %+v", drained, abandoned, last)
		}
		if r.group.Committed(0) != 2 || r.group.Committed(1) != 0 {
			t.Fatalf("committed %d and %d", r.group.Committed(0), r.group.Committed(1))
		}
	})
}

func TestAFailedCommitIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 1, pipelines.Config{}, everyOne, func(r *rig) { r.group.FailNext = errors.New("coordinator moved") })
		r.group.Append(0, rec("a", 1))
		sleep(5 * time.Second)
		if n, last := r.obs.Events(pipelines.Failed); n != 1 || last.Stage != pipelines.StageCommit {
			t.Fatalf("failure noted %d times: %+v", n, last)
		}
		if got := r.group.Committed(0); got != 1 {
			t.Fatalf("committed %d", got)
		}
	})
}

// While the sink is down the lane stops polling at its share of the buffer, and goes on
// by itself when the sink is back.
func TestMemoryIsBoundedWhileTheSinkIsDown(t *testing.T) {
	for name, stream := range map[string]func() pipelines.Stream[note]{"every record": everyOne, "coalesced": newest} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := pipelines.Config{BufferBytes: 64 << 10, BatchBytes: 16 << 10, BatchRecords: 20, PollRecords: 16, InFlight: 4}
				if name == "coalesced" {
					cfg.CoalesceWindow = time.Second
				}
				r := start(t, 2, cfg, stream, func(r *rig) { r.store.Break(hang) })
				for i := range 5000 {
					r.group.Append(int32(i%2), rec("key"+time.Duration(i).String(), 1))
				}
				sleep(10 * time.Minute)
				held := r.obs.Consumed() - r.obs.Sum()
				if weight := held * 200; held == 0 || weight > 128<<10 {
					t.Fatalf("holds %d records, about %d bytes, with a buffer of 64 KiB", held, weight)
				}
				if n, _ := r.obs.Events(pipelines.Blocked); n == 0 {
					t.Fatal("no lane said that it is blocked")
				}
				r.store.Break(nil)
				r.group.Revoke(0) // flights that hang are let go with their lane
				r.group.Revoke(1)
				r.group.Assign(0)
				r.group.Assign(1)
				sleep(time.Minute)
				if len(r.store.Docs()) != 5000 || r.group.Committed(0) != 2500 || r.group.Committed(1) != 2500 {
					t.Fatalf("stored %d, committed %d and %d", len(r.store.Docs()), r.group.Committed(0), r.group.Committed(1))
				}
			})
		})
	}
}

func TestAStalledLaneIsNoticedAndItsEndToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 1, pipelines.Config{StallAfter: 20 * time.Second}, everyOne, nil)
		sleep(5 * time.Minute)
		if n, _ := r.obs.Events(pipelines.Stalled); n != 0 {
			t.Fatal("an idle lane counts as stalled")
		}
		r.store.Break(func(context.Context, []pipelines.Write, []pipelines.Result) (bool, error) {
			return true, errors.New("connection refused")
		})
		r.group.Append(0, rec("a", 1))
		sleep(19 * time.Second)
		if n, _ := r.obs.Events(pipelines.Stalled); n != 0 {
			t.Fatal("stalled before its time")
		}
		sleep(5 * time.Second)
		n, last := r.obs.Events(pipelines.Stalled)
		if n != 1 || last.N != 1 || last.Took < 20*time.Second {
			t.Fatalf("stall noted %d times: %+v", n, last)
		}
		if _, pulse := r.obs.Events(pipelines.Pulse); pulse.Took < 20*time.Second {
			t.Fatalf("the oldest unsettled record is said to be %s old", pulse.Took)
		}
		r.store.Break(nil)
		sleep(30 * time.Second)
		if n, _ := r.obs.Events(pipelines.Moving); n != 1 {
			t.Fatalf("its end was noted %d times", n)
		}
	})
}

// slowCommits is a group whose coordinator takes its time, or as long as the context.
type slowCommits struct {
	pipelines.Group
	takes time.Duration
}

func (g slowCommits) Run(ctx context.Context, serve pipelines.Serve) error {
	return g.Group.Run(ctx, func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
		return serve(ctx, part, slowSource{src, g.takes})
	})
}

type slowSource struct {
	pipelines.Source
	takes time.Duration
}

func (s slowSource) Commit(ctx context.Context, next int64) error {
	timer := time.NewTimer(s.takes)
	defer timer.Stop()
	select {
	case <-timer.C:
		return s.Source.Commit(ctx, next)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// A coordinator that is away must not keep positions from a store that is there.
func TestASlowCommitHoldsUpNoWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		group, store, obs := pipelinestest.NewScripted("notes", 1), pipelinestest.NewStore(), pipelinestest.NewObserver()
		p, err := pipelines.New(pipelines.Config{Name: "notes", DrainTimeout: 2 * time.Second}, everyOne, store, &pipelinestest.Graveyard{}, obs)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx, slowCommits{group, time.Minute}); close(done) }()
		defer func() {
			cancel()
			for range done { // what it returned is looked at below
				continue
			}
		}()
		<-group.Started()
		for i := range 30 {
			group.Append(0, rec("k", int64(i)))
			sleep(time.Second)
			if n := len(store.Docs()); n != i+1 {
				t.Fatalf("%d of %d are stored while a commit is under way", n, i+1)
			}
		}
		sleep(40 * time.Second)
		if got := group.Committed(0); got == 0 {
			t.Fatal("the slow commit never came to an end")
		}
		sleep(90 * time.Second)
		if got := group.Committed(0); got != 30 {
			t.Fatalf("committed %d of 30", got)
		}
		group.Append(0, rec("k", 31))
		sleep(2 * time.Second) // a commit is under way again
		begin := time.Now()
		cancel()
		if err := <-done; err != nil {
			t.Fatalf("stopping: %v", err)
		}
		if took := time.Since(begin); took > 4*time.Second {
			t.Fatalf("stopped after %s with a commit under way", took)
		}
		if obs.Consumed() != obs.Sum() {
			t.Fatalf("consumed %d, verdicts add up to %d", obs.Consumed(), obs.Sum())
		}
	})
}
