package bench

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"sluice/internal/pause"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "rewrite golden files") // a test flag

func sample() *Report {
	return &Report{
		Machine: Machine{Cores: 2, Memory: 23.5, CPU: "Some CPU", Go: "go1.26", System: "linux/amd64", Kafka: "4.1 (metadata.version 27)", Elastic: "8.19.5"},
		Config:  Setting{Records: 5_000_000, Drivers: 100_000, Partitions: 8, Runs: 3, For: 20 * time.Second, Seed: 1},
		Lines: []Line{
			beside("history-null", "rate", []float64{2e6, 2.4e6, 2.2e6}, []float64{4e6, 4e6, 4e6}, unitRate, "bare consumer", 0.5).noted("no age limit"),
			ceiling("history-null", "cpu", 0.91, unitCPU, 0.8),
			ceiling("history-null", "peak memory", 240, unitBytes, 350),
			plain("history-null", "event to stored p50", 12, unitMS).noted("at 200 k/s"),
			beside("gateway", "rate", []float64{200_000}, []float64{500_000}, unitRate, "bare AsyncProducer", 0.6),
			ceiling("gateway", "answer p99", 7.25, unitMS, 50).noted("at 150 k/s, with a note too long for the rest of its line"),
		},
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	if err := sample().Print(&got); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "table.golden")
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the table is\n%s\nnot\n%s", got.String(), want)
	}
	for line := range strings.Lines(got.String()) {
		if len(line) > maxColumns+1 {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	r := sample()
	var passed []bool
	for _, l := range r.Lines {
		if l.Pass != nil {
			passed = append(passed, *l.Pass)
		}
	}
	want := []bool{true, false, true, false, true}
	for i := range want {
		if len(passed) != len(want) || passed[i] != want[i] {
			t.Fatalf("%v, want %v", passed, want)
		}
	}
	if r.Passed() {
		t.Error("a report with missed bars passed")
	}
	if r.Lines = r.Lines[2:4]; !r.Passed() {
		t.Error("a report without missed bars did not pass")
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

func TestTheRatioIsThatOfPairs(t *testing.T) {
	t.Parallel()
	// A machine that turns slower in the middle of the run moves both alike.
	l := beside("r", "rate", []float64{100, 50, 60}, []float64{200, 100, 100}, unitRate, "limit", 0.5)
	if l.Ratio != 0.5 || l.Value != 60 || l.Limit != 100 || !*l.Pass {
		t.Errorf("%+v", l)
	}
	if m := median([]float64{4, 1, 3, 2}); m != 2.5 {
		t.Errorf("median %v", m)
	}
}

func TestConfigReportsAllComplaints(t *testing.T) {
	t.Parallel()
	bad := Config{Records: 1, Drivers: 2, For: time.Millisecond, Only: []string{"nonsense", "nearby"}}
	err := bad.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, word := range []string{"binary", "brokers", "prefix", "records", "drivers", "for is", "nonsense", "nearby needs"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is missing in %v", word, err)
		}
	}
	good := Config{Binary: "x", Brokers: []string{"b"}, Prefix: "p", Elastic: "http://e", Only: []string{"nearby"}}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

func TestOpenLoopChargesTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		// One worker, 10 calls a second, the first of which takes a second: the next nine are late.
		times, err := openLoop(t.Context(), 1, 10, 2*time.Second, func(ctx context.Context) error {
			calls++
			if calls == 1 {
				return pause.For(ctx, time.Second)
			}
			return nil
		})
		if err != nil || calls != 20 || times.TotalCount() != 20 {
			t.Fatalf("%d calls, %d times, %v", calls, times.TotalCount(), err)
		}
		if p75 := times.ValueAtQuantile(75); p75 < 400_000 || p75 > 600_000 {
			t.Errorf("p75 of %d µs: the calls that waited were not charged for it", p75)
		}
	})
}

func TestOpenLoopStopsAtAnError(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	_, err := openLoop(t.Context(), 4, 1000, time.Minute, func(context.Context) error { return boom })
	if !errors.Is(err, boom) {
		t.Error(err)
	}
}
