package rewind

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
)

// told is a store that answers what it is told to.
type told struct {
	mu      sync.Mutex
	marks   []pipelines.Marks // of one Open after the other; the last for ever
	feeds   []pipelines.Feed  // what Recover was given
	epochs  []int64
	claims  []string
	raised  []int64
	lost    bool // what Raise finds
	failing error
}

// Open is the store's.
func (s *told) Open(_ context.Context, _ pipelines.Feed, claim string) (pipelines.Marks, error) {
	s.claims = append(s.claims, claim)
	now := s.marks[0]
	if len(s.marks) > 1 {
		s.marks = s.marks[1:]
	}
	return now, s.failing
}

// Recover is the store's.
func (s *told) Recover(_ context.Context, claim string, epoch int64, feeds []pipelines.Feed) (int, error) {
	if claim != s.claims[len(s.claims)-1] {
		return 0, errors.New("another's claim")
	}
	s.epochs, s.feeds = append(s.epochs, epoch), feeds
	return 4, nil
}

// Raise is the store's.
func (s *told) Raise(_ context.Context, _ pipelines.Partition, next int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost {
		return pipelines.ErrLost
	}
	s.raised = append(s.raised, next)
	return nil
}

// Next is the epochs'.
func (s *told) Next(_ context.Context, above int64) (int64, error) { return above + 10, nil }

// Feeds is all partitions'.
func (s *told) Feeds(context.Context) ([]pipelines.Feed, error) {
	return []pipelines.Feed{
		{Part: ordersPart, Next: 20, End: 30}, // older than what the source says
		{Part: pipelines.Partition{Topic: "purchases"}, Next: 7, End: 5000},
		{Part: pipelines.Partition{Topic: "purchases", ID: 1}, End: 5000, Fresh: true},
	}, nil
}

var ordersPart = pipelines.Partition{Topic: "orders"} //nolint:gochecknoglobals // constant

// still is a source without records.
type still struct {
	feed    pipelines.Feed
	at      int64
	commits []int64
	mu      sync.Mutex
	empty   int64 // up to where there is nothing
}

// Poll waits for ever.
func (s *still) Poll(ctx context.Context, _ []pipelines.Record) (int, error) {
	s.mu.Lock()
	s.at = max(s.at, s.empty)
	s.mu.Unlock()
	<-ctx.Done()
	return 0, context.Cause(ctx)
}

// Commit notes.
func (s *still) Commit(_ context.Context, next int64) error {
	s.commits = append(s.commits, next)
	return nil
}

// Lag is nothing.
func (s *still) Lag() int64 { return 0 }

// Feed is what it is told.
func (s *still) Feed(context.Context) (pipelines.Feed, error) { return s.feed, nil }

// Rewind notes.
func (s *still) Rewind(_ context.Context, next int64) error {
	s.at = next
	return nil
}

// Position is where it is.
func (s *still) Position() int64 { return s.at }

// one is a group of one partition.
type one struct{ src pipelines.Source }

// Run serves it.
func (o one) Run(ctx context.Context, serve pipelines.Serve) error {
	return serve(ctx, ordersPart, o.src)
}

type heard struct {
	rewound, replayed []Report
	failed            []error
}

func (h *heard) Rewound(r Report)                              { h.rewound = append(h.rewound, r) }
func (h *heard) Replayed(r Report, _ time.Duration)            { h.replayed = append(h.replayed, r) }
func (h *heard) RewindFailed(_ pipelines.Partition, err error) { h.failed = append(h.failed, err) }

// playing serves one partition with a lane of the test's own.
func playing(t *testing.T, store *told, src pipelines.Source, lane pipelines.Serve) *heard {
	t.Helper()
	obs := &heard{}
	r, err := New(Config{Ahead: 100}, Deps{Store: store, Epochs: store, Feeds: store, Observer: obs})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	err = r.Group(one{src}).Run(ctx, func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
		err := lane(ctx, part, src)
		if ctx.Err() == nil && !errors.Is(err, pipelines.ErrLost) {
			stop(pipelines.ErrStopped)
		}
		return err
	})
	if err != nil && !errors.Is(err, pipelines.ErrStopped) {
		t.Error(err)
	}
	return obs
}

// opens has the lane poll for a moment.
func opens(ctx context.Context, src pipelines.Source) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, _ = src.Poll(ctx, make([]pipelines.Record, 1)) // there is nothing
}

func TestAStoreThatLostNothingIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &told{marks: []pipelines.Marks{{From: 40, Least: 44}}}
		src := &still{feed: pipelines.Feed{Part: ordersPart, Next: 40, End: 50}, at: 40}
		obs := playing(t, store, src, func(ctx context.Context, _ pipelines.Partition, lane pipelines.Source) error {
			opens(ctx, lane)
			return lane.Commit(ctx, 42)
		})
		if len(obs.rewound)+len(obs.failed) > 0 || src.at != 40 || len(src.commits) != 1 || src.commits[0] != 42 || len(store.epochs) > 0 {
			t.Errorf("%+v, %+v, %+v", obs, src, store)
		}
		if last := store.raised[len(store.raised)-1]; last != 42 {
			t.Errorf("raised to %v", store.raised)
		}
	})
}

func TestALossIsRecoveredReportedAndReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &told{marks: []pipelines.Marks{
			{Others: 3, Least: 10, From: 10, Epoch: 2}, // somebody is at it
			{Claimed: 4, Unborn: 1, Least: -1, Epoch: 3, From: 12},
			{From: 12, Least: 12, Epoch: 13},
		}}
		src := &still{feed: pipelines.Feed{Part: ordersPart, Oldest: 12, Next: 40, End: 50}, at: 40}
		obs := playing(t, store, src, func(ctx context.Context, _ pipelines.Partition, lane pipelines.Source) error {
			opens(ctx, lane)
			if err := lane.Commit(ctx, 39); !errors.Is(err, pipelines.ErrBehind) {
				t.Errorf("a commit below the group's: %v", err)
			}
			if len(src.commits) > 0 {
				t.Errorf("committed %v", src.commits)
			}
			return lane.Commit(ctx, 40)
		})
		if src.at != 12 || len(src.commits) != 1 || src.commits[0] != 40 {
			t.Errorf("%+v", src)
		}
		want := Report{Part: ordersPart, Buckets: 4, Unborn: 1, Epoch: 13, From: 12, To: 40, Missing: 0, MissingTo: 12}
		if len(obs.rewound) != 1 || obs.rewound[0] != want || len(obs.replayed) != 1 || obs.replayed[0] != want {
			t.Errorf("reported %+v", obs)
		}
		const line = "orders/0: 4 buckets may have lost something (1 held nothing) and go on with epoch 13; offsets 12 to 39 are read again; " +
			"events before offset 12 are no longer in the topic, and can only come from the order index: sluice reconcile --repair"
		if got := obs.rewound[0].String(); got != line {
			t.Errorf("it says %s", got)
		}
		if len(store.feeds) != 2 || store.feeds[0].End != 107 || store.feeds[1].End != 50 || store.feeds[1].Next != 40 {
			t.Errorf("waits for %+v", store.feeds)
		}
		if who, _, found := strings.Cut(store.claims[0], "/"); !found || !strings.HasPrefix(store.claims[2], who+"/") || store.claims[1] == store.claims[2] {
			t.Errorf("claims are %q", store.claims)
		}
	})
}

// What stands behind the last record may be a marker: no lane commits behind it, and a bucket would wait for it for ever.
func TestWatermarksPassWhatHoldsNoRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &told{marks: []pipelines.Marks{{From: 40, Least: 40}}}
		src := &still{feed: pipelines.Feed{Part: ordersPart, Next: 40, End: 43}, at: 40, empty: 43}
		playing(t, store, src, func(ctx context.Context, _ pipelines.Partition, lane pipelines.Source) error {
			opens(ctx, lane)
			return nil
		})
		if last := store.raised[len(store.raised)-1]; last != 43 || len(src.commits) > 0 {
			t.Errorf("raised to %v, committed %v", store.raised, src.commits)
		}
	})
}

func TestALossIsFoundWhileNothingHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &told{marks: []pipelines.Marks{{From: 40, Least: 40}, {From: 25, Least: 25}}}
		src := &still{feed: pipelines.Feed{Part: ordersPart, Next: 40, End: 40}, at: 40}
		lives := 0
		began := time.Now()
		obs := playing(t, store, src, func(ctx context.Context, _ pipelines.Partition, lane pipelines.Source) error {
			lives++
			store.mu.Lock()
			store.lost = lives == 1
			store.mu.Unlock()
			opens(ctx, lane)
			if lives == 1 && !errors.Is(context.Cause(ctx), pipelines.ErrLost) {
				t.Errorf("the lane ended with %v", context.Cause(ctx))
			}
			return nil
		})
		if lives != 2 || src.at != 25 || len(obs.rewound) != 1 || obs.rewound[0].From != 25 || obs.rewound[0].Epoch != 0 {
			t.Errorf("%d lives, %+v, %+v", lives, src, obs)
		}
		if took := time.Since(began) - time.Minute; took > 3*time.Second {
			t.Errorf("found after %v", took)
		}
	})
}

func TestAStopWhileTheStoreIsAwayEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &told{marks: []pipelines.Marks{{}}, failing: errors.New("no store")}
		src := &still{feed: pipelines.Feed{Part: ordersPart, Next: 40, End: 40}, at: 40}
		obs := playing(t, store, src, func(ctx context.Context, _ pipelines.Partition, lane pipelines.Source) error {
			opens(ctx, lane)
			return nil
		})
		if n := len(obs.failed); n < 10 || n > 60 || len(obs.rewound) > 0 {
			t.Errorf("failed %d times in a minute, reported %+v", n, obs.rewound)
		}
	})
}

func TestASourceThatCannotBeRewoundIsRefused(t *testing.T) {
	r, err := New(Config{}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	var plain struct{ pipelines.Source }
	if err := r.Group(one{plain}).Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "cannot be rewound") {
		t.Errorf("got %v", err)
	}
}

func TestConfigComplaints(t *testing.T) {
	err := Config{CheckEvery: -1, Ahead: -1, RetryBase: time.Minute}.Validate()
	for _, want := range []string{"check every", "ahead", "retry max"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not complain of %s", err, want)
		}
	}
	if err := (Config{}).Validate(); err != nil {
		t.Error(err)
	}
}
