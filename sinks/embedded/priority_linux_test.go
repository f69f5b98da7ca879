package embedded

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func TestWritersGiveWay(t *testing.T) {
	if threadsAt(t, writerNice, 19) > 0 {
		t.Skip("this process gives way to others itself")
	}
	s := newStore(t, Config{})
	writeAll(t, s, batchOf(10, 1, asLive))
	writeAll(t, s, batchOf(10, 1, asHistory))
	if got := threadsAt(t, writerNice, writerNice); got < 2 {
		t.Errorf("%d threads give way with two files open, want 2 at least", got)
	}
}

// threadsAt counts the threads of this process whose nice value is in a range.
func threadsAt(t *testing.T, least, most int) int {
	t.Helper()
	const niceField = 16 // of those behind the name in parentheses, proc(5)
	stats, err := filepath.Glob("/proc/self/task/*/stat")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it ended
		}
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		nice, err := strconv.Atoi(string(fields[niceField]))
		if err != nil {
			t.Fatal(err)
		}
		if nice >= least && nice <= most {
			n++
		}
	}
	return n
}
