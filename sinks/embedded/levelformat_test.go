package embedded

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

func TestLevelsConfig(t *testing.T) {
	if err := (LevelsConfig{Dir: "x", Rules: rules.Default()}).Validate(); err != nil {
		t.Error(err)
	}
	bad := LevelsConfig{Buckets: -1, MaxOrders: -1, MaxPurchases: mostPurchases + 1, MaxOutbox: -1, MaxGroup: -1, CacheBytes: 1, MaxLogBytes: 1}
	err := bad.Validate()
	for _, word := range []string{"rules", "buckets", "orders", "purchases", "outbox", "directory", "transaction", "cache", "log"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("no complaint about %s in %v", word, err)
		}
	}
}

// TestLevelsRefuseAnotherFile has a file that these levels cannot be in, or none where one must be.
func TestLevelsRefuseAnotherFile(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string)
		want  error
		words string
	}{
		"a newer format":       {func(t *testing.T, dir string) { alter(t, dir, levelsTarget, "PRAGMA user_version = 2") }, ErrFormat, "format 2"},
		"a file of the store":  {func(t *testing.T, dir string) { alter(t, dir, levelsTarget, "PRAGMA application_id = 1936487779") }, ErrFormat, "levels"},
		"other buckets":        {func(t *testing.T, dir string) { alter(t, dir, levelsTarget, "UPDATE settings SET value = 7") }, ErrFormat, "7 buckets"},
		"a file that has gone": {func(t *testing.T, dir string) { remove(t, dir) }, ErrMissing, "levels.db"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := LevelsConfig{Dir: t.TempDir(), Rules: rules.Default(), NoSync: true}
			closeLevels(t, newLevels(t, cfg))
			c.spoil(t, cfg.Dir)
			l, err := OpenLevels(cfg, nil)
			if err == nil {
				closeLevels(t, l)
			}
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func remove(t *testing.T, dir string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, levelsTarget+fileSuffix)); err != nil {
		t.Fatal(err)
	}
}

// TestLevelsLossAccepted takes the line of a lost file out of the list: the levels begin anew, and that is seen.
func TestLevelsLossAccepted(t *testing.T) {
	cfg := LevelsConfig{Dir: t.TempDir(), Rules: rules.Default(), NoSync: true}
	l := newLevels(t, cfg)
	feed := pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}
	begun(t, l, feed, 1)
	closeLevels(t, l)
	remove(t, cfg.Dir)
	accept(t, cfg.Dir, levelsTarget)
	l = newLevels(t, cfg)
	feed.Next, feed.Fresh = 5, false
	if marks, err := l.Open(t.Context(), feed, "me"); err != nil || marks.Unborn != l.Buckets() {
		t.Errorf("the marks are %+v, %v", marks, err)
	}
}

// TestLevelsBeside opens levels beside a store: only so many transactions of both run at once.
func TestLevelsBeside(t *testing.T) {
	s := newStore(t, Config{NoSync: true})
	l, err := OpenLevels(LevelsConfig{Dir: t.TempDir(), Rules: rules.Default(), NoSync: true}, s)
	if err != nil {
		t.Fatal(err)
	}
	closeLevels(t, l)
	closeLevels(t, l) // a second time is nothing
	if l.turns != s.turns {
		t.Error("they do not take turns")
	}
	if err := l.Ready(t.Context()); !errors.Is(err, schemas.ErrUnavailable) {
		t.Errorf("closed levels are ready: %v", err)
	}
	if err := l.Write(t.Context(), make([]pipelines.Write, 1), make([]pipelines.Result, 1)); !errors.Is(err, errClosed) {
		t.Errorf("closed levels take writes: %v", err)
	}
}

// TestLevelsTornState has a member whose row is damaged: an error, never a level from a part of it.
func TestLevelsTornState(t *testing.T) {
	for _, spoil := range []string{"x'01'", "x'0200'", "substr(state, 1, length(state) - 1)", "CAST(state || x'00' AS BLOB)", "x''", "zeroblob(40)"} {
		cfg := LevelsConfig{Dir: t.TempDir(), Rules: rules.Default(), NoSync: true}
		l := newLevels(t, cfg)
		begun(t, l, pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}, 1)
		applied(t, l, crashOrders(cfg.Rules, 0)...)
		closeLevels(t, l)
		alter(t, cfg.Dir, levelsTarget, "UPDATE members SET state = "+spoil)
		l = newLevels(t, cfg)
		if state, err := l.Member(t.Context(), "M1"); !errors.Is(err, errCorrupt) {
			t.Errorf("%s: %+v, %v", spoil, state, err)
		}
		results := make([]pipelines.Result, 1)
		if err := l.Write(t.Context(), crashOrders(cfg.Rules, 0)[:1], results); err != nil || results[0] != (pipelines.Result{Verdict: pipelines.Refused, Reason: reasonCorrupt}) {
			t.Errorf("%s: a write is %+v, %v", spoil, results, err)
		}
	}
}
