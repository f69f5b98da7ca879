package embedded

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A file that somebody removed is missed, until it is put back or its loss is accepted.
func TestMissingFile(t *testing.T) {
	day := time.UnixMilli(today().UnixMilli()).UTC().Format("pings-" + dayForm)
	for _, lost := range []string{"positions", day} {
		cfg := Config{Dir: t.TempDir(), NoSync: true}
		s := newStore(t, cfg)
		written(t, s, 10, today().UnixMilli())
		closeStore(t, s)
		path := filepath.Join(cfg.Dir, lost+fileSuffix)
		rename(t, path, path+".aside")
		for range 2 {
			_, err := Open(cfg)
			if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), lost+".db") || !strings.Contains(err.Error(), manifestName) {
				t.Fatalf("without %s: %v", lost, err)
			}
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s was made anew", lost)
		}
		rename(t, path+".aside", path)
		s = newStore(t, cfg)
		if live, history := countBy(t, s); live != 10 || history != 10 {
			t.Errorf("with %s back there are %d positions and %d pings", lost, live, history)
		}
		closeStore(t, s)
		rename(t, path, path+".aside")
		accept(t, cfg.Dir, lost)
		s = newStore(t, cfg)
		if live, history := countBy(t, s); live+history != 10 {
			t.Errorf("with the loss of %s accepted there are %d positions and %d pings", lost, live, history)
		}
	}
}

func accept(t *testing.T, dir, lost string) {
	t.Helper()
	path := filepath.Join(dir, manifestName)
	raw, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, []byte(strings.Replace(string(raw), lost+"\n", "", 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// A directory from before the list gets one, of what is there; what retention drops is not missed.
func TestManifestOfOldDirectory(t *testing.T) {
	cfg := Config{Dir: t.TempDir(), NoSync: true}
	s := newStore(t, cfg)
	days(t, s, 3, today().AddDate(0, 0, -2))
	closeStore(t, s)
	path := filepath.Join(cfg.Dir, manifestName)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s = newStore(t, cfg)
	if raw, err := os.ReadFile(path); err != nil || string(raw) != "pings-2026.11.19\npings-2026.11.20\npings-2026.11.21\npositions\n" {
		t.Errorf("the list is %q, %v", raw, err)
	}
	if _, err := s.Retain(t.Context(), "pings-", 1, today()); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	newStore(t, cfg)
	if raw, err := os.ReadFile(path); err != nil || string(raw) != "pings-2026.11.20\npings-2026.11.21\npositions\n" {
		t.Errorf("after retention the list is %q, %v", raw, err)
	}
}

// The list is written beside itself first: not into what a link there leads to.
func TestTheListIsNotWrittenThroughALink(t *testing.T) {
	dir, other := t.TempDir(), filepath.Join(t.TempDir(), "other")
	m, err := openManifest(dir, nil)
	err = errors.Join(err, os.WriteFile(other, []byte("kept"), 0o600), os.Symlink(other, filepath.Join(dir, manifestName+".new")))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.add("positions"); err == nil || !strings.Contains(err.Error(), manifestName+".new is a link") {
		t.Errorf("it is written: %v", err)
	}
	if kept, err := os.ReadFile(other); err != nil || string(kept) != "kept" {
		t.Errorf("what the link leads to is %q now, %v", kept, err)
	}
}
