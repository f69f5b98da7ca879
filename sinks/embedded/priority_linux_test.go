package embedded

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// A process that gives way itself, as one of `make test` does, has writers that give way to the rest of it.
func TestWritersGiveWay(t *testing.T) {
	priority, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0) // of this thread: the first may have been a writer's
	if err != nil {
		t.Fatal(err)
	}
	own := niceBase - priority
	if own == mostNice {
		t.Skip("waits for a process that has somebody behind it: this one has the least priority there is")
	}
	nice := min(own+writerNice, mostNice)
	before := threadsAt(t, nice)
	s := newStore(t, Config{})
	writeAll(t, s, batchOf(10, 1, asLive))
	writeAll(t, s, batchOf(10, 1, asHistory))
	if got := threadsAt(t, nice); got < before+2 {
		t.Errorf("%d threads are at nice %d with two files more open, want %d at least", got, nice, before+2)
	}
}

// threadsAt counts the threads of this process that have this nice value.
func threadsAt(t *testing.T, want int) int {
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
		if nice == want {
			n++
		}
	}
	return n
}
