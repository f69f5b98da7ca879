package embedded

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

func TestWritersGiveWay(t *testing.T) {
	const unniced = 20 // of getpriority(2), whose answer the kernel gives upside down
	if priority, err := syscall.Getpriority(syscall.PRIO_PROCESS, os.Getpid()); err != nil || priority <= unniced-writerNice {
		t.Skipf("this process gives way to others itself (priority %d, %v)", priority, err)
	}
	before := threadsAt(t, writerNice)
	s := newStore(t, Config{})
	writeAll(t, s, batchOf(10, 1, asLive))
	writeAll(t, s, batchOf(10, 1, asHistory))
	if got := threadsAt(t, writerNice); got < before+2 {
		t.Errorf("%d threads give way with two files more open, want %d at least", got, before+2)
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
