package broker

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRetention(t *testing.T) {
	now := time.Now()
	type file struct {
		base, size int64
		age        time.Duration
	}
	const end = 40
	for name, c := range map[string]struct {
		files []file
		limit retention
		want  int64
	}{
		"no files":            {nil, retention{0, 0}, 0},
		"no limits":           {[]file{{0, 9, time.Hour}, {10, 9, time.Hour}}, retention{-1, -1}, 0},
		"young and small":     {[]file{{0, 9, time.Hour}, {10, 9, 0}}, retention{2 * time.Hour, 100}, 0},
		"the old go":          {[]file{{0, 9, 3 * time.Hour}, {10, 9, 2 * time.Hour}, {20, 9, 0}}, retention{2 * time.Hour, -1}, 20},
		"the last goes, too":  {[]file{{0, 9, 3 * time.Hour}, {10, 9, 2 * time.Hour}}, retention{time.Hour, -1}, end},
		"a young one stops":   {[]file{{0, 9, 0}, {10, 9, 2 * time.Hour}, {20, 9, 0}}, retention{time.Hour, -1}, 0},
		"too much goes":       {[]file{{0, 50, 0}, {10, 50, 0}, {20, 50, 0}, {30, 9, 0}}, retention{-1, 59}, 20},
		"never below":         {[]file{{0, 50, 0}, {10, 50, 0}, {20, 50, 0}, {30, 8, 0}}, retention{-1, 59}, 10},
		"the last stays":      {[]file{{0, 50, 0}}, retention{-1, 1}, 0},
		"zero age takes all":  {[]file{{0, 50, 0}, {7, 1, 0}}, retention{0, -1}, end},
		"forever is no wrap":  {[]file{{0, 50, time.Hour}}, retention{millis(math.MaxInt64), -1}, 0},
		"nearly for ever too": {[]file{{0, 50, time.Hour}}, retention{millis(math.MaxInt64/1000 + 12345), -1}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, f := range c.files {
				path := filepath.Join(dir, segmentName(f.base))
				check(t, os.WriteFile(path, make([]byte, f.size), 0o600))
				check(t, os.Chtimes(path, now, now.Add(-f.age)))
			}
			if got, err := c.limit.passed(dir, end, now); got != c.want || err != nil {
				t.Errorf("up to %d %v, want %d", got, err, c.want)
			}
		})
	}
}
