package elastic

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sluice/internal/stacktest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) {
	flag.Parse()
	goleak.VerifyTestMain(m)
}

// quiet is an observer that is not interested.
type quiet struct{}

func (quiet) Requested(Request) {}
func (quiet) Limited(int)       {}

// newSink makes a sink whose connections end with the test.
func newSink(t testing.TB, cfg Config) *Sink {
	t.Helper()
	s, err := New(cfg, quiet{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func newReader(t testing.TB, cfg Config) *Reader {
	t.Helper()
	r, err := NewReader(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// onReal is the configuration of the real server, with a prefix that no other test has;
// everything under it is deleted after the test.
func onReal(t testing.TB) Config {
	t.Helper()
	cfg := Config{
		URLs:        stacktest.Elastic(t),
		IndexPrefix: "eltest-" + strconv.FormatInt(time.Now().UnixNano(), 36) + "-",
	}
	t.Cleanup(func() { clear(t, cfg) })
	return cfg
}

// golden compares what was sent with a file, or writes the file anew.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimRight(string(got), "\n") != strings.TrimRight(string(want), "\n") {
		t.Errorf("%s differs (-update writes it anew):\n%s", path, got)
	}
}
