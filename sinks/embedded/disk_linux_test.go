package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

// smallDisk mounts a file system of so many bytes, where this user may.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skip("mounting a small disk needs root: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// offered writes a batch of round i and returns the verdicts that its results have.
func offered(t *testing.T, s *Store, round int64, kind func(*schemas.Ping) pipelines.Write) map[pipelines.Result]int {
	t.Helper()
	const n = 500
	writes, results := make([]pipelines.Write, n), make([]pipelines.Result, n)
	for i := range writes {
		p := pingOf(i, 1_790_000_000_000+round)
		writes[i] = kind(&p)
	}
	if err := s.Write(t.Context(), writes, results); err != nil {
		t.Fatal(err)
	}
	said := map[pipelines.Result]int{}
	for _, r := range results {
		said[r]++
	}
	return said
}

// TestDiskFull fills a disk: from then on all of a batch is Retry and none of it is there, reads go on, and when
// there is room again writes do, with no new start.
func TestDiskFull(t *testing.T) {
	dir := smallDisk(t, "12m")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 4<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStore(t, Config{Dir: dir, MaxLogBytes: minLogBytes})
	stored := pipelines.Result{Verdict: pipelines.Stored}
	full := pipelines.Result{Verdict: pipelines.Retry, Reason: "disk_full"}
	round, answered := int64(0), 0
	for ; ; round++ {
		said := offered(t, s, round, asHistory)
		if len(said) != 1 || round > 1000 {
			t.Fatalf("round %d: %v", round, said)
		}
		if said[full] > 0 {
			break
		}
		answered += said[stored]
	}
	for range 3 {
		if said := offered(t, s, round, asHistory); said[full] == 0 {
			t.Errorf("still full: %v", said)
		}
	}
	if err := s.Ready(t.Context()); err == nil {
		t.Error("ready, with a full disk")
	}
	if _, history := countBy(t, s); history != answered {
		t.Errorf("%d pings are there, %d were answered", history, answered)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []func(*schemas.Ping) pipelines.Write{asHistory, asLive} {
		if said := offered(t, s, round, kind); said[stored] == 0 {
			t.Errorf("with room again: %v", said)
		}
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if live, history := countBy(t, s); history <= answered || live != 500 {
		t.Errorf("%d pings and %d positions are there", history, live)
	}
}

// TestDiskFullFromTheStart has no room for the file of a day.
func TestDiskFullFromTheStart(t *testing.T) {
	dir := smallDisk(t, "1m")
	s := newStore(t, Config{Dir: dir})
	info, err := os.ReadDir(dir)
	if err != nil || len(info) == 0 {
		t.Fatal(info, err)
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	full := pipelines.Result{Verdict: pipelines.Retry, Reason: "disk_full"}
	for range 2 {
		if said := offered(t, s, 1, asHistory); said[full] == 0 {
			t.Errorf("on a full disk: %v", said)
		}
	}
	if err := s.Ready(t.Context()); err == nil {
		t.Error("ready, with no room for a day")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if said := offered(t, s, 1, asHistory); said[pipelines.Result{Verdict: pipelines.Stored}] == 0 {
		t.Errorf("with room again: %v", said)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestOpenOnFullDisk says what is in the way, not only SQLite's number for it, and opens when there is room.
func TestOpenOnFullDisk(t *testing.T) {
	for name, old := range map[string]bool{"a new store": false, "an old one": true} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{Dir: smallDisk(t, "1m")}
			if old {
				closeStore(t, newStore(t, cfg))
			}
			ballast := filepath.Join(cfg.Dir, "ballast")
			if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err == nil {
				t.Fatal("the disk is not full")
			}
			_, err := Open(cfg)
			if err == nil || !strings.Contains(err.Error(), "the disk of "+cfg.Dir+" is full") || !strings.Contains(err.Error(), "make room") {
				t.Errorf("on a full disk: %v", err)
			}
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			newStore(t, cfg)
		})
	}
}
