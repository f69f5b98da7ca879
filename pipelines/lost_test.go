package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
)

// serving runs one lane over twelve records in batches of four, and gives what its serve returned.
func serving(t *testing.T, store *pipelinestest.Store, around func(pipelines.Source) pipelines.Source) (*pipelinestest.Scripted, *pipelinestest.Observer, error) {
	t.Helper()
	group, obs := pipelinestest.NewScripted("notes", 1), pipelinestest.NewObserver()
	p, err := pipelines.New(pipelines.Config{Name: "notes", BatchRecords: 4, InFlight: 1, CommitInterval: 100 * time.Millisecond}, everyOne, store, &pipelinestest.Graveyard{}, obs)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		group.Append(0, rec("k", int64(i)))
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var ended error
	err = p.Run(ctx, wrapped{group, func(serve pipelines.Serve) pipelines.Serve {
		return func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
			ended = serve(ctx, part, around(src))
			stop()
			return nil
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return group, obs, ended
}

type wrapped struct {
	pipelines.Group
	around func(pipelines.Serve) pipelines.Serve
}

// Run is the group's.
func (w wrapped) Run(ctx context.Context, serve pipelines.Serve) error {
	return w.Group.Run(ctx, w.around(serve))
}

func same(src pipelines.Source) pipelines.Source { return src }

// A batch behind one that was lost would make the store look whole that lacks the first.
func TestALossEndsTheLaneAndNothingFollowsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, calls := pipelinestest.NewStore(), 0
		store.Break(func(context.Context, []pipelines.Write, []pipelines.Result) (bool, error) {
			calls++
			if calls == 2 {
				return true, fmt.Errorf("writing: %w", pipelines.ErrLost)
			}
			return false, nil
		})
		group, obs, err := serving(t, store, same)
		if !errors.Is(err, pipelines.ErrLost) {
			t.Errorf("the lane ended with %v", err)
		}
		if calls != 2 || group.Committed(0) != 4 {
			t.Errorf("%d calls, committed %d", calls, group.Committed(0))
		}
		if obs.Consumed() != obs.Sum() || obs.Verdict(pipelines.Unsettled) == 0 {
			t.Errorf("consumed %d, verdicts add up to %d", obs.Consumed(), obs.Sum())
		}
		if _, last := obs.Events(pipelines.Abandoned); last.Reason != "lost" {
			t.Errorf("abandoned for %q", last.Reason)
		}
	})
}

// answering is a source whose commits have an answer of their own.
type answering struct {
	pipelines.Source
	commit func(next int64) error
}

// Commit is the answer.
func (a answering) Commit(_ context.Context, next int64) error { return a.commit(next) }

func TestALossThatACommitFindsEndsTheLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, err := serving(t, pipelinestest.NewStore(), func(src pipelines.Source) pipelines.Source {
			return answering{src, func(int64) error { return fmt.Errorf("raising: %w", pipelines.ErrLost) }}
		})
		if !errors.Is(err, pipelines.ErrLost) {
			t.Errorf("the lane ended with %v", err)
		}
	})
}

// A lane that reads again what the group has committed long since must not take it for progress, nor for a failure.
func TestACommitBehindTheGroupsIsNoProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		_, obs, err := serving(t, pipelinestest.NewStore(), func(src pipelines.Source) pipelines.Source {
			return answering{src, func(int64) error {
				asked++
				return pipelines.ErrBehind
			}}
		})
		committed, _ := obs.Events(pipelines.Committed)
		failed, _ := obs.Events(pipelines.Failed)
		if err != nil || committed != 0 || failed != 0 || asked < 10 {
			t.Errorf("ended with %v, %d commits noted, %d failures, asked %d times", err, committed, failed, asked)
		}
	})
}
