package embedded

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/pipelines"
)

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// alter runs one statement on a file that nobody has open.
func alter(t *testing.T, dir, target, statement string) {
	t.Helper()
	c, err := connect(filepath.Join(dir, target+fileSuffix), &Config{CacheBytes: DefaultCacheBytes})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.exec(statement), c.close()); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesWhatItCannotRead(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir string){
		"a newer format":        func(t *testing.T, dir string) { alter(t, dir, "positions", "PRAGMA user_version = 2") },
		"another program's":     func(t *testing.T, dir string) { alter(t, dir, "positions", "PRAGMA application_id = 7") },
		"no database":           func(t *testing.T, dir string) { overwrite(t, dir, 0, strings.Repeat("no database ", 1000)) },
		"a page of zeroes":      func(t *testing.T, dir string) { overwrite(t, dir, 4096, strings.Repeat("\x00", 4096)) },
		"a document of another": func(t *testing.T, dir string) { alter(t, dir, "positions", "UPDATE docs SET body = x'7b7d7d'") },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{Dir: t.TempDir(), NoSync: true}
			s := newStore(t, cfg)
			written(t, s, 100, 1_790_000_000_000)
			closeStore(t, s)
			spoil(t, cfg.Dir)
			before := read(t, cfg.Dir)
			s, err := Open(cfg)
			if err == nil {
				closeStore(t, s)
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), "positions.db") || strings.Contains(err.Error(), "driverId") {
				t.Errorf("the error is %q", err)
			}
			if read(t, cfg.Dir) != before {
				t.Error("the file was changed")
			}
		})
	}
}

func overwrite(t *testing.T, dir string, at int64, text string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "positions"+fileSuffix), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt([]byte(text), at)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "positions"+fileSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestDamagedDayIsRefusedAlone(t *testing.T) {
	cfg := Config{Dir: t.TempDir(), NoSync: true}
	day := "pings-2026.11.21"
	if err := os.WriteFile(filepath.Join(cfg.Dir, day+fileSuffix), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStore(t, cfg)
	p := pingOf(1, 1_790_000_000_000)
	good, bad := asHistory(&p), asHistory(&p)
	bad.Target = day
	results := make([]pipelines.Result, 2)
	if err := s.Write(t.Context(), []pipelines.Write{bad, good}, results); err != nil {
		t.Fatal(err)
	}
	if results[0] != (pipelines.Result{Verdict: pipelines.Refused, Reason: "corrupt"}) || results[1].Verdict != pipelines.Stored {
		t.Errorf("results %v", results)
	}
}

func TestHalfMadeFileIsMade(t *testing.T) {
	cfg := Config{Dir: t.TempDir(), NoSync: true}
	if err := os.WriteFile(filepath.Join(cfg.Dir, "positions"+fileSuffix), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	written(t, newStore(t, cfg), 10, 1_790_000_000_000)
}
