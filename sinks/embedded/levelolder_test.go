package embedded

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// TestLevelsOlderDirectory puts the directory back as it was: that is found, and what is missing is read again, with no
// change under a version that another had.
func TestLevelsOlderDirectory(t *testing.T) {
	r, at := rules.Default(), time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	cfg := LevelsConfig{Dir: t.TempDir(), Rules: r, Buckets: 4, NoSync: true, Now: func() time.Time { return at }}
	feed := pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}
	orders := make([]pipelines.Write, 30)
	for i := range orders {
		orders[i] = completed(r, "M1", int64(i+1), at.UnixMilli(), int64(i))
	}
	l := newLevels(t, cfg)
	begun(t, l, feed, 1)
	applied(t, l, orders[:10]...)
	raise(t, l, 10)
	closeLevels(t, l)
	copied := t.TempDir()
	copyDir(t, cfg.Dir, copied)

	l = newLevels(t, cfg)
	feed.Next, feed.Fresh = 10, false
	begun(t, l, feed, 2)
	applied(t, l, orders[10:]...)
	raise(t, l, 30)
	if state := memberOf(t, l, "M1"); state.Announced != "gold" || state.Epoch != 1 || state.Version != 2 {
		t.Fatalf("before: %+v", state)
	}
	closeLevels(t, l)

	copyDir(t, copied, cfg.Dir)
	l = newLevels(t, cfg)
	feed.Next, feed.End = 30, 30
	marks := begun(t, l, feed, 3)
	if marks.From != 10 || marks.Least != 10 {
		t.Fatalf("the marks are %+v", marks)
	}
	if _, err := l.Member(t.Context(), "M1"); err == nil {
		t.Error("a read of what is not there yet is answered")
	}
	for i, result := range applied(t, l, orders[marks.From:]...) {
		if result.Verdict != pipelines.Stored {
			t.Fatalf("order %d is %+v", i, result)
		}
	}
	raise(t, l, 30)
	state := memberOf(t, l, "M1")
	if state.Announced != "gold" || state.Epoch != 3 || state.Count(202611) != 30 {
		t.Errorf("after: %+v", state)
	}
	last := state.History[len(state.History)-1]
	if last.Epoch != 3 || last.To != "gold" || last.Version != state.Version {
		t.Errorf("the last change is %+v", last)
	}
}

// TestLevelsGoBack sets one watermark back under a lane: nothing that comes by this lane is taken any more, what comes by no lane is.
func TestLevelsGoBack(t *testing.T) {
	r, at := rules.Default(), time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	l := newLevels(t, LevelsConfig{Dir: t.TempDir(), Rules: r, Buckets: 1, NoSync: true, Now: func() time.Time { return at }})
	begun(t, l, pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}, 1)
	applied(t, l, completed(r, "M1", 1, at.UnixMilli(), 0), completed(r, "M1", 2, at.UnixMilli(), 1))
	err := l.do(t.Context(), 1, func(u *unit) error { return u.c.exec("UPDATE marks SET mark = 1") })
	if err != nil {
		t.Fatal(err)
	}
	next, results := completed(r, "M1", 3, at.UnixMilli(), 2), make([]pipelines.Result, 1)
	if err := l.Write(t.Context(), []pipelines.Write{next}, results); !errors.Is(err, pipelines.ErrLost) || results[0].Verdict != pipelines.Unsettled {
		t.Errorf("a write is %v, %v", results, err)
	}
	if err := l.Raise(t.Context(), orderEvents, 3); !errors.Is(err, pipelines.ErrLost) {
		t.Errorf("a raise is %v", err)
	}
	next.From = nil
	if got := applied(t, l, next)[0]; got.Verdict != pipelines.Stored {
		t.Errorf("a repair is %+v", got)
	}
}

func raise(t *testing.T, l *Levels, next int64) {
	t.Helper()
	if err := l.Raise(t.Context(), orderEvents, next); err != nil {
		t.Fatal(err)
	}
}

func memberOf(t *testing.T, l *Levels, id string) schemas.MemberState {
	t.Helper()
	state, err := l.Member(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func copyDir(t *testing.T, from, to string) {
	t.Helper()
	entries, err := os.ReadDir(to)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.Remove(filepath.Join(to, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}
