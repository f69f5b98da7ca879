package fault

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestEachLifeDoesSomethingBeforeItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, commits := newDummy(), int64(0)
		k := &killAgain{victim: d, times: 3, spread: time.Second, done: func(context.Context) (int64, error) {
			commits++ // at the second look of a life there is more
			return commits / 2, nil
		}}
		injected(t, k)
		healed(t, k)
		d.did(t, "ready", "kill", "start", "ready", "kill", "start", "ready", "kill", "start", "ready")
		if k.Saw()["killed"] != 3 || commits != 6 {
			t.Errorf("it saw %v after %d looks", k.Saw(), commits)
		}
		idle := &killAgain{victim: newDummy(), times: 1, spread: 1, done: func(context.Context) (int64, error) { return 7, nil }}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := idle.Inject(ctx); err == nil || idle.kills != 0 {
			t.Errorf("it was killed %d times without having done anything: %v", idle.kills, err)
		}
		fails := errors.New("no Kafka")
		idle.done = func(context.Context) (int64, error) { return 0, fails }
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := idle.Inject(ctx); !errors.Is(err, fails) {
			t.Errorf("not asked: %v", err)
		}
	})
}

func TestLivesEndAtPointsInTurn(t *testing.T) {
	d := newDummy()
	d.dies = killed
	k := &killAgain{victim: d, times: 3, points: []string{"a@1", "b@2"}}
	injected(t, k)
	healed(t, k)
	want := []string{"stop", "start SLUICE_FAILPOINT=a@1", "start SLUICE_FAILPOINT=b@2", "start SLUICE_FAILPOINT=a@1", "start", "ready"}
	if !slices.Equal(d.said, want) || k.Saw()["killed"] != 3 {
		t.Errorf("it was done %q, it saw %v", d.said, k.Saw())
	}
	d.dies = 1
	if err := (&killAgain{victim: d, times: 1, points: []string{"a@1"}}).Inject(t.Context()); err == nil {
		t.Error("it ended by itself, and that is no kill")
	}
}
