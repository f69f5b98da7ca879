package main

import (
	"fmt"
	"time"
)

// parseMoment reads a point in time: RFC 3339, a day or a minute in UTC, "now", or how long
// before now. Nothing is the zero time.
func parseMoment(text string, now time.Time) (time.Time, error) {
	switch text {
	case "":
		return time.Time{}, nil
	case "now":
		return now, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	ago, err := time.ParseDuration(text)
	if err != nil || ago < 0 {
		return time.Time{}, fmt.Errorf("%q is no time: want 2026-11-21T16:00:00Z, 2026-11-21 (UTC), now, or how long ago, such as 90m", text)
	}
	return now.Add(-ago), nil
}

// stamp is a time in ms as a person reads it.
func stamp(ms int64) string {
	if ms <= 0 {
		return "-"
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}
