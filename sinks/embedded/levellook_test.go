package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas/rules"
)

// The look at a file is the same beside its owner and without one, and it changes nothing.
func TestLookAtLevels(t *testing.T) {
	noon := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	cfg := LevelsConfig{Dir: t.TempDir(), Rules: rules.Default(), NoSync: true, Buckets: 4, Now: func() time.Time { return noon }}
	if _, err := LookAtLevels(t.Context(), cfg.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("where there is none: %v", err)
	}
	l := newLevels(t, cfg)
	begun(t, l, pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}, 7)
	for i := range int64(5) {
		applied(t, l, completed(cfg.Rules, "M1", i+1, noon.UnixMilli(), i))
	}
	if _, _, err := l.Turn(t.Context(), 1, noon.UnixMilli(), 41, 10); err != nil {
		t.Fatal(err)
	}
	want := LevelsLook{Buckets: 4, Epoch: 7, Fence: 41, Waiting: 1, Oldest: noon.UnixMilli()}
	if look, err := LookAtLevels(t.Context(), cfg.Dir); err != nil || look != want {
		t.Errorf("beside its owner: %+v, %v, want %+v", look, err, want)
	}
	closeLevels(t, l)
	if look, err := LookAtLevels(t.Context(), cfg.Dir); err != nil || look != want {
		t.Errorf("without an owner: %+v, %v, want %+v", look, err, want)
	}
	spoilt := t.TempDir()
	if err := os.WriteFile(filepath.Join(spoilt, levelsTarget+fileSuffix), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LookAtLevels(t.Context(), spoilt); !errors.Is(err, ErrDamaged) {
		t.Errorf("no database: %v", err)
	}
	alter(t, cfg.Dir, levelsTarget, "PRAGMA user_version = 2")
	if _, err := LookAtLevels(t.Context(), cfg.Dir); !errors.Is(err, ErrFormat) {
		t.Errorf("another format: %v", err)
	}
}
