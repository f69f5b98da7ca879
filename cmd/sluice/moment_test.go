package main

import (
	"testing"
	"time"
)

func TestMoments(t *testing.T) {
	now := time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"": {}, "now": now, "90m": now.Add(-90 * time.Minute), "2026-11-20": now.Truncate(24 * time.Hour).Add(-24 * time.Hour),
		"2026-11-21T15:30:00Z": now.Add(-30 * time.Minute), "2026-11-21T23:30:00+08:00": now.Add(-30 * time.Minute),
		"2026-11-21 15:30:00": now.Add(-30 * time.Minute), "2026-11-21T15:30": now.Add(-30 * time.Minute),
	} {
		if got, err := parseMoment(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"yesterday", "-5m", "2026-13-01", "5"} {
		if got, err := parseMoment(text, now); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}
