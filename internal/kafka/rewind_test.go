package kafka

import (
	"context"
	"errors"
	"testing"

	"sluice/pipelines"
)

// rewindable is what internal/rewind asks of a source.
type rewindable interface {
	pipelines.Source
	Feed(ctx context.Context) (pipelines.Feed, error)
	Rewind(ctx context.Context, next int64) error
	Position() int64
}

// rewinding serves pings with sources that can be rewound.
func rewinding(t *testing.T, cfg Config, obs GroupObserver, play func(ctx context.Context, src rewindable) error) {
	t.Helper()
	serving(t, cfg, quick(GroupConfig{FetchBytes: 1}), obs, func(ctx context.Context, src pipelines.Source) error {
		able, ok := src.(rewindable)
		if !ok {
			return errors.New("a source that cannot be rewound")
		}
		return play(ctx, able)
	})
}

func feedIs(ctx context.Context, t *testing.T, src rewindable, want pipelines.Feed) {
	t.Helper()
	got, err := src.Feed(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got.Topic == "" {
		t.Error("the topic has no name of its own")
	}
	want.Part, want.Topic = pingsPart, got.Topic
	if got != want {
		t.Errorf("stands at %+v, want %+v", got, want)
	}
}

func TestARewoundClaimReadsAgainAndItsCommitStays(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		p := publisherOf(t, cfg, PublisherConfig{})
		for range 6 { // as many batches, so that answers are on their way when it is rewound
			publish(t, p, "pings", 10)
		}
		rewinding(t, cfg, failing{t}, func(ctx context.Context, src rewindable) error {
			feedIs(ctx, t, src, pipelines.Feed{End: 60, Fresh: true})
			_, err := take(ctx, src, 45)
			err = errors.Join(err, src.Commit(ctx, 40))
			feedIs(ctx, t, src, pipelines.Feed{Next: 40, End: 60})
			for _, to := range []int64{12, 0, 45, 33} {
				if err := src.Rewind(ctx, to); err != nil {
					return err
				}
				if src.Position() != to || src.Lag() != 60-to {
					t.Errorf("rewound to %d: position %d, lag %d", to, src.Position(), src.Lag())
				}
				again, err := take(ctx, src, 15)
				if err != nil {
					return err
				}
				consecutive(t, again, to)
				if err := src.Commit(ctx, min(to+1, 40)); err != nil {
					return err
				}
				if at := commitOf(t, cfg).next; at != 40 {
					t.Errorf("rewound to %d and committed: the group's commit is %d", to, at)
				}
			}
			last, again := take(ctx, src, 12) // 48 to 59
			consecutive(t, last, 48)
			return errors.Join(err, again, src.Commit(ctx, 60))
		})
		if at := commitOf(t, cfg); at.next != 60 || at.epoch < 0 {
			t.Errorf("committed %+v", at)
		}
	})
}

func TestAClaimRewoundBehindRetentionReportsWhatIsGone(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		p := publisherOf(t, cfg, PublisherConfig{})
		publish(t, p, "pings", 10)
		publish(t, p, "pings", 10)
		obs := newTold()
		rewinding(t, cfg, obs, func(ctx context.Context, src rewindable) error {
			_, err := take(ctx, src, 20)
			err = errors.Join(err, src.Commit(ctx, 20))
			deleteBefore(t, cfg, "pings", 7)
			feedIs(ctx, t, src, pipelines.Feed{Oldest: 7, Next: 20, End: 20})
			err = errors.Join(err, src.Rewind(ctx, 3))
			again, failed := take(ctx, src, 13)
			consecutive(t, again, 7)
			return errors.Join(err, failed)
		})
		reported(t, obs, gap{pingsPart, 3, 7, gapRetention})
	})
}

// Below the commit of a topic that was made anew, or whose log lost its end, stand other records.
func TestAFeedTellsTopicsApart(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 10)
		var names []string
		look := func(want pipelines.Feed) {
			rewinding(t, cfg, newTold(), func(ctx context.Context, src rewindable) error {
				feedIs(ctx, t, src, want)
				feed, err := src.Feed(ctx)
				names = append(names, feed.Topic)
				_, failed := take(ctx, src, int(min(5, feed.End-feed.Next)))
				return errors.Join(err, failed, src.Commit(ctx, 5))
			})
		}
		look(pipelines.Feed{End: 10, Fresh: true})
		before := commitOf(t, cfg)
		remake(t, cfg, "pings")
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 7)
		putCommit(t, cfg, before)
		look(pipelines.Feed{End: 7})
		look(pipelines.Feed{Next: 5, End: 7})
		if names[0] == names[1] || names[1] != names[2] {
			t.Errorf("topics are %q", names)
		}
	})
}

func TestALogThatLostItsEndIsSaidToBeAnother(t *testing.T) {
	cfg, by := twoLeaders(t)
	putCommit(t, cfg, commit{next: 10, epoch: by[0]})
	rewinding(t, cfg, newTold(), func(ctx context.Context, src rewindable) error {
		feed, err := src.Feed(ctx)
		if err != nil {
			return err
		}
		if feed.Next == 10 { // before the fetcher has looked
			<-ctx.Done()
			return context.Cause(ctx)
		}
		feedIs(ctx, t, src, pipelines.Feed{Next: 5, End: 15, Anew: true})
		if err := src.Commit(ctx, 6); err != nil {
			return err
		}
		feedIs(ctx, t, src, pipelines.Feed{Next: 6, End: 15})
		return nil
	})
}
