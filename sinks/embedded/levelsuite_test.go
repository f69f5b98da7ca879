package embedded

import (
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

func TestLevels(t *testing.T) {
	sinkstest.TestLevels(t, func(t *testing.T, with sinkstest.LevelsSetup) sinkstest.LevelsSubject {
		return levelsSubject(t, LevelsConfig{Dir: t.TempDir(), Rules: with.Rules, Buckets: with.Buckets, Now: with.Now, NoSync: true})
	})
}

func levelsSubject(t *testing.T, cfg LevelsConfig) sinkstest.LevelsSubject {
	l := newLevels(t, cfg)
	return sinkstest.LevelsSubject{
		Levels: l,
		Bucket: func(member string) int { return schemas.Bucket([]byte(member), l.Buckets()) },
		Lose:   func(t *testing.T) { loseAll(t, l) },
		Reopen: func(t *testing.T) sinkstest.LevelsSubject {
			closeLevels(t, l)
			return levelsSubject(t, cfg)
		},
	}
}

// newLevels opens member levels of their own for a test, and closes them with it.
func newLevels(t testing.TB, cfg LevelsConfig) *Levels {
	t.Helper()
	l, err := OpenLevels(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeLevels(t, l) })
	return l
}

func closeLevels(t testing.TB, l *Levels) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// loseAll takes everything out of the file while it is open, which nobody does to a file; it is how the suite sees that a
// lane notices.
func loseAll(t testing.TB, l *Levels) {
	t.Helper()
	err := l.do(t.Context(), 1, func(u *unit) error {
		for _, table := range []string{"members", "history", "outbox", "coupons", "buckets", "marks"} {
			if err := u.c.exec("DELETE FROM " + table); err != nil {
				return err
			}
		}
		clear(u.members)
		clear(u.buckets)
		clear(u.marks)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// begun opens a partition as a lane does, with a claim and an epoch when something is lost.
func begun(t testing.TB, l *Levels, feed pipelines.Feed, epoch int64) pipelines.Marks {
	t.Helper()
	for range 2 {
		marks, err := l.Open(t.Context(), feed, "me")
		if err != nil {
			t.Fatal(err)
		}
		if marks.Claimed == 0 {
			return marks
		}
		if _, err := l.Recover(t.Context(), "me", epoch, targetsOf(feed)); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("it lost something again")
	return pipelines.Marks{}
}

// targetsOf is what Recover is told of a feed: one that was never committed has nothing to be read back.
func targetsOf(feed pipelines.Feed) []pipelines.Feed {
	if feed.Fresh {
		return nil
	}
	return []pipelines.Feed{feed}
}
