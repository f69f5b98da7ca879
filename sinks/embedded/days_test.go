package embedded

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

const dayMS = 24 * 60 * 60 * 1000

// days writes one ping of each of n days and returns the results.
func days(t *testing.T, s *Store, n int, first time.Time) []pipelines.Result {
	t.Helper()
	writes, results := make([]pipelines.Write, n), make([]pipelines.Result, n)
	for i := range n {
		p := pingOf(1, first.UnixMilli()+int64(i)*dayMS)
		writes[i] = asHistory(&p)
	}
	if err := s.Write(t.Context(), writes, results); err != nil {
		t.Fatal(err)
	}
	return results
}

func today() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }

func TestRetain(t *testing.T) {
	cfg := Config{Dir: t.TempDir(), NoSync: true, MaxOpenDays: 2}
	s := newStore(t, cfg)
	days(t, s, 10, today().AddDate(0, 0, -9))
	dropped, err := s.Retain(t.Context(), "pings-", 7, today())
	if want := []string{"pings-2026.11.12", "pings-2026.11.13"}; err != nil || !slices.Equal(dropped, want) {
		t.Fatalf("dropped %v, %v, want %v", dropped, err, want)
	}
	entries, err := os.ReadDir(cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), dropped[0]) || strings.HasPrefix(entry.Name(), dropped[1]) {
			t.Errorf("%s is still there", entry.Name())
		}
	}
	track, err := s.Track(t.Context(), schemas.TrackQuery{DriverID: "D0000001", To: today().UnixMilli() + dayMS, Limit: 100})
	if err != nil || len(track.Points) != 8 {
		t.Errorf("%d points, %v, want 8", len(track.Points), err)
	}
	if got := days(t, s, 10, today().AddDate(0, 0, -9)); got[0].Verdict != pipelines.Stored || got[2].Verdict != pipelines.Duplicate {
		t.Errorf("written anew: %v", got)
	}
	if dropped, err = s.Retain(t.Context(), "pings-", 7, today()); err != nil || len(dropped) != 2 {
		t.Errorf("dropped again: %v, %v", dropped, err)
	}
	for _, family := range []string{"", "positions", "pings", "../pings-"} {
		if _, err := s.Retain(t.Context(), family, 7, today()); err == nil {
			t.Errorf("family %q was retained", family)
		}
	}
	if _, err := s.Retain(t.Context(), "pings-", 0, today()); err == nil {
		t.Error("days were kept for no day")
	}
}

// Somebody's pings of many days take no room from anybody: what is beyond the cap goes by itself, and today's history goes on.
func TestTooManyDays(t *testing.T) {
	now := today()
	s := newStore(t, Config{NoSync: true, MaxDays: 5, MaxOpenDays: 2, Now: func() time.Time { return now }})
	poison := pipelines.Result{Verdict: pipelines.Poison, Reason: "too_many_days"}
	for range 2 {
		for i, r := range days(t, s, 7, now.AddDate(0, 0, -100)) {
			switch {
			case i >= 5 && r != poison:
				t.Errorf("day %d of 5 is %v", i+1, r)
			case i < 5 && r.Verdict != pipelines.Stored && r.Verdict != pipelines.Duplicate:
				t.Errorf("day %d is %v", i+1, r)
			}
		}
	}
	for range 3 { // at each midnight a new day
		got := days(t, s, 5, now.AddDate(0, 0, -2))
		for i, r := range got[1:4] {
			if r.Verdict != pipelines.Stored && r.Verdict != pipelines.Duplicate {
				t.Errorf("the %dth day about now is %v", i, r)
			}
		}
		if got[4] != poison {
			t.Errorf("the day after tomorrow is %v", got[4])
		}
		now = now.AddDate(0, 0, 1)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	open := 0
	for _, p := range s.places {
		if p.file.Load() != nil {
			open++
		}
	}
	if open > 3 {
		t.Errorf("%d files are open, want two days and the positions", open)
	}
}

func TestOnlyNamesOfDaysBecomeFiles(t *testing.T) {
	cfg := Config{Dir: t.TempDir(), NoSync: true}
	s := newStore(t, cfg)
	p := pingOf(1, 1_790_000_000_000)
	for _, target := range []string{
		"", "pings", "pings-", "pings-2026.13.01", "pings-2026.11.32", "pings-2026.1.01", "pings-2026.11.21/../x", "../pings-2026.11.21",
		"pings-2026.11.21.db", "pings-2026.11.21\x00", "positions2", "Positions", `pings-2026.11.21";DROP TABLE docs`, "pings-+026.11.21",
	} {
		w := asHistory(&p)
		w.Target = target
		results := make([]pipelines.Result, 1)
		if err := s.Write(t.Context(), []pipelines.Write{w}, results); err != nil {
			t.Fatal(err)
		}
		if want := (pipelines.Result{Verdict: pipelines.Refused, Reason: "index_not_found_exception"}); results[0] != want {
			t.Errorf("target %q is %v", target, results[0])
		}
	}
	if entries, err := os.ReadDir(cfg.Dir); err != nil || len(entries) > 4 {
		t.Errorf("files %v, %v", entries, err)
	}
}

func TestLogIsMoved(t *testing.T) {
	s := newStore(t, Config{NoSync: true, MaxLogBytes: minLogBytes})
	for i := range int64(20) {
		written(t, s, 2000, 1_790_000_000_000+i)
	}
	for target, p := range s.places {
		if size := p.file.Load().log.size(); size > 4*minLogBytes {
			t.Errorf("the log of %s has %d bytes", target, size)
		}
	}
}

// TestReaderInTheWay keeps a snapshot open: the log grows, then writes are held back, and go on when it has gone.
func TestReaderInTheWay(t *testing.T) {
	s := newStore(t, Config{NoSync: true, MaxLogBytes: minLogBytes})
	written(t, s, 10, 1_790_000_000_000)
	opened, release, err := s.use(schemas.PositionsIndex, false)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	reads, err := opened.pool()
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := reads.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := snapshot.QueryRowContext(t.Context(), "SELECT count(*) FROM docs").Scan(&n); err != nil || n != 10 {
		t.Fatal(n, err)
	}
	offer := func(i int64) pipelines.Result {
		writes, results := make([]pipelines.Write, 5000), make([]pipelines.Result, 5000)
		for k := range writes {
			p := pingOf(k, 1_790_000_000_000+i)
			writes[k] = asLive(&p)
		}
		if err := s.Write(t.Context(), writes, results); err != nil {
			t.Fatal(err)
		}
		return results[0]
	}
	held := false
	for i := int64(1); i < 100 && !held; i++ {
		r := offer(i)
		held = r == pipelines.Result{Verdict: pipelines.Retry, Reason: "log_full"}
		if !held && r.Verdict != pipelines.Stored {
			t.Fatalf("round %d is %v", i, r)
		}
	}
	if !held || opened.log.size() > 2*patience*minLogBytes {
		t.Fatalf("writes were held back: %t, with a log of %d bytes", held, opened.log.size())
	}
	if err := snapshot.Rollback(); err != nil {
		t.Fatal(err)
	}
	if r := offer(1000); r.Verdict != pipelines.Stored {
		t.Errorf("after the reader: %v", r)
	}
	if size := opened.log.size(); size > 2*minLogBytes {
		t.Errorf("after the reader the log has %d bytes", size)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}
