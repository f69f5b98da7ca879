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

// refusing is a group whose coordinator takes no commit.
type refusing struct {
	pipelines.Group
	err error
}

func (g refusing) Run(ctx context.Context, serve pipelines.Serve) error {
	return g.Group.Run(ctx, func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
		return serve(ctx, part, refusingSource{src, g.err})
	})
}

type refusingSource struct {
	pipelines.Source
	err error
}

func (s refusingSource) Commit(context.Context, int64) error { return s.err }

// ending runs a pipeline on one partition of five records that begins at offset 100, and stops it.
func ending(t *testing.T, cfg pipelines.Config, around func(pipelines.Group) pipelines.Group) *pipelinestest.Observer {
	t.Helper()
	group, obs := pipelinestest.NewScripted("notes", 1), pipelinestest.NewObserver()
	cfg.Name = "notes"
	p, err := pipelines.New(cfg, everyOne, pipelinestest.NewStore(), &pipelinestest.Graveyard{}, obs)
	if err != nil {
		t.Fatal(err)
	}
	first := rec("a", 1)
	first.Offset = 100
	group.Append(0, first, rec("a", 2), rec("a", 3), rec("a", 4), rec("a", 5))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, around(group)) }()
	sleep(1500 * time.Millisecond)
	cancel()
	if err := <-done; err != nil {
		t.Fatalf("stopping: %v", err)
	}
	return obs
}

// What is settled and not committed is read again: a lane that leaves it must not say that it has drained.
func TestALaneSaysWhatItCouldNotCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		obs := ending(t, pipelines.Config{}, func(g pipelines.Group) pipelines.Group { return refusing{g, pipelines.ErrFenced} })
		drained, _ := obs.Events(pipelines.Drained)
		abandoned, last := obs.Events(pipelines.Abandoned)
		if drained != 0 || abandoned == 0 || last.N != 0 || last.Value != 5 {
			t.Errorf("%d drained, %d abandoned, the last %+v; want one with 5 records settled and not committed", drained, abandoned, last)
		}
		if obs.Consumed() != obs.Sum() || obs.Verdict(pipelines.Unsettled) != 0 {
			t.Errorf("consumed %d, verdicts add up to %d, %d of them unsettled", obs.Consumed(), obs.Sum(), obs.Verdict(pipelines.Unsettled))
		}
	})
}

// A stop cuts off the commit that is under way, and another follows: that is no failure.
func TestACommitThatAStopCutsOffIsNoFailure(t *testing.T) {
	for name, cut := range map[string]error{
		"at once": pipelines.ErrStopped, "between two attempts": errors.Join(pipelines.ErrStopped, errors.New("not the current generation")),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				obs := ending(t, pipelines.Config{}, func(g pipelines.Group) pipelines.Group { return cutting{g, cut} })
				if n, last := obs.Events(pipelines.Failed); n != 0 {
					t.Errorf("%d failures, the last %+v", n, last)
				}
				if n, _ := obs.Events(pipelines.Drained); n != 1 {
					t.Errorf("%d lanes have drained", n)
				}
			})
		})
	}
}

// cutting is a group whose commits wait until they are cut off; the last one, which comes then, is taken.
type cutting struct {
	pipelines.Group
	err error
}

func (g cutting) Run(ctx context.Context, serve pipelines.Serve) error {
	return g.Group.Run(ctx, func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
		return serve(ctx, part, cuttingSource{src, ctx, g.err})
	})
}

type cuttingSource struct {
	pipelines.Source
	lane context.Context // says whether the lane ends
	err  error
}

func (s cuttingSource) Commit(ctx context.Context, next int64) error {
	if s.lane.Err() != nil {
		return s.Source.Commit(ctx, next)
	}
	<-ctx.Done()
	return s.err
}

// While a group rebalances no commit is taken: the last one has what is left of the drain time-out.
func TestTheLastCommitHasWhatIsLeftOfTheDrainTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		obs := ending(t, pipelines.Config{DrainTimeout: 8 * time.Second}, func(g pipelines.Group) pipelines.Group { return slowCommits{g, 7 * time.Second} })
		if n, last := obs.Events(pipelines.Drained); n != 1 || last.Took < 6*time.Second {
			abandoned, left := obs.Events(pipelines.Abandoned)
			t.Errorf("%d drained (%+v), %d abandoned (%+v)", n, last, abandoned, left)
		}
	})
}

// Whoever takes a partition over is seen to consume it by its first commit, which therefore does not wait.
func TestTheFirstCommitComesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 1, pipelines.Config{CommitInterval: time.Minute, BatchAge: 100 * time.Millisecond}, everyOne, nil)
		r.group.Append(0, rec("a", 1))
		sleep(time.Second)
		if got := r.group.Committed(0); got != 1 {
			t.Errorf("committed %d within a second of the assignment", got)
		}
		r.group.Append(0, rec("a", 2))
		sleep(50 * time.Second)
		if got := r.group.Committed(0); got != 1 {
			t.Errorf("committed %d before the interval was over", got)
		}
	})
}
