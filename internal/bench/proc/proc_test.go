package proc

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestUsageOfThisProcessGrows(t *testing.T) {
	t.Parallel()
	before, err := UsageOf("self")
	if err != nil {
		t.Fatal(err)
	}
	if before.Peak < 1<<20 {
		t.Fatalf("peak of %d bytes", before.Peak)
	}
	for begin := time.Now(); time.Since(begin) < time.Second; {
		now, err := UsageOf("self")
		if err != nil {
			t.Fatal(err)
		}
		if now.CPU > before.CPU {
			return
		}
	}
	t.Fatal("a second of work cost nothing")
}

func TestStatWithSpacesInTheName(t *testing.T) {
	t.Parallel()
	cpu, err := parseStat([]byte("7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20"))
	if err != nil || cpu != 2*time.Second {
		t.Fatalf("%v %v", cpu, err)
	}
	if _, err := parseStat([]byte("7 (a) S 1")); err == nil {
		t.Fatal("a cut line was read")
	}
}

func TestSumOfSeries(t *testing.T) {
	t.Parallel()
	m, err := parseMetrics(strings.NewReader("# HELP x y\nx_total{pipeline=\"a\",verdict=\"stored\"} 3\nx_total{pipeline=\"a\",verdict=\"stale\"} 1e2\nx_total{pipeline=\"b\"} 5\nup 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		labels []string
		want   float64
	}{{nil, 108}, {[]string{`pipeline="a"`}, 103}, {[]string{`pipeline="a"`, `verdict="stored"`}, 3}, {[]string{`pipeline="z"`}, 0}} {
		if got := m.Sum("x_total", c.labels...); got != c.want {
			t.Errorf("%v: %v, want %v", c.labels, got, c.want)
		}
	}
}

func TestAChildIsStoppedAndItsLastWordsAreKept(t *testing.T) {
	t.Parallel()
	child, err := Start(t.Context(), Command{Path: "/bin/sleep", Args: []string{"600"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := child.Usage(); err != nil {
		t.Error(err)
	}
	if child.Err() != nil {
		t.Error(child.Err())
	}
	if err := child.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat("/proc/" + strconv.Itoa(child.PID())); err == nil {
		t.Error("it still runs")
	}
	err = Run(t.Context(), Command{Path: "/bin/sh", Args: []string{"-c", "echo last words >&2; exit 3"}})
	if err == nil || !strings.Contains(err.Error(), "last words") {
		t.Errorf("%v", err)
	}
}
