package redis

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"sluice/internal/stacktest"
	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// server is a Redis of a test's own, which it may hurt.
type server struct {
	t    *testing.T
	addr string
	args []string
	cmd  *exec.Cmd
	*goredis.Client
}

// startServer starts one, without persistence.
func startServer(t *testing.T, addr string, args ...string) *server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("SLUICE_TEST_REQUIRE") != "" {
			t.Fatal("there is no redis-server, and SLUICE_TEST_REQUIRE asks for one")
		}
		t.Skip("waits for redis-server in the path")
	}
	s := &server{t: t, addr: addr, args: args}
	s.start()
	t.Cleanup(s.kill)
	return s
}

func (s *server) start() {
	s.t.Helper()
	_, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	args := slices.Concat(s.args, []string{"--port", port, "--bind", "127.0.0.1", "--dir", s.t.TempDir(), "--save", ""})
	s.cmd = exec.Command("redis-server", args...)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	silenced.Do(silence)
	s.Client = goredis.NewClient(&goredis.Options{Addr: s.addr, Protocol: 2, MaxRetries: -1, DisableIdentity: true, ReadTimeout: patience})
	s.eventually("the server answers", func(ctx context.Context) error { return s.Ping(ctx).Err() })
}

func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Error(err)
	}
	_ = s.cmd.Wait() // killed, as it says
	s.cmd = nil
	if err := s.Close(); err != nil {
		s.t.Error(err)
	}
}

// patience is how long a test waits for a server on a machine that has much to do.
const patience = time.Minute

// eventually asks a server again until it says yes.
func (s *server) eventually(what string, ask func(ctx context.Context) error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		err := ask(ctx)
		if err == nil {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			s.t.Fatalf("%s: not within %s: %v", what, patience, err)
		}
	}
}

// store is member levels on servers, with a lane of one partition.
type store struct {
	*Levels
	t      *testing.T
	feed   pipelines.Feed
	epoch  int64
	orders int64
}

func newStore(t *testing.T, addrs ...string) *store {
	t.Helper()
	return newStoreOf(t, Config{Addrs: addrs})
}

func newStoreOf(t *testing.T, cfg Config) *store {
	t.Helper()
	if cfg.KeyPrefix == "" {
		cfg.KeyPrefix = "s:"
	}
	cfg.Rules, cfg.Buckets, cfg.CallTimeout, cfg.DialTimeout = rules.Default(), 4, patience, patience
	cfg.Now = func() time.Time { return time.UnixMilli(noon) }
	s := &store{Levels: open(t, cfg), t: t}
	s.feed = pipelines.Feed{Part: pipelines.Partition{Topic: schemas.TopicOrders}, Topic: "made-once", Fresh: true}
	return s
}

const noon = int64(1_795_233_600_000) // 2026-11-21 12:00 +0800

// begin opens the lane, and recovers what is lost; it returns how many buckets that were.
func (s *store) begin() int {
	s.t.Helper()
	recovered := 0
	for range 2 {
		claim := fmt.Sprint("claim ", s.epoch)
		marks, err := s.Open(s.t.Context(), s.feed, claim)
		if err != nil {
			s.t.Fatal(err)
		}
		if marks.Claimed == 0 {
			return recovered
		}
		s.epoch++
		if recovered, err = s.Recover(s.t.Context(), claim, s.epoch, []pipelines.Feed{s.feed}); err != nil {
			s.t.Fatal(err)
		}
	}
	s.t.Fatal("a bucket has lost something although all are recovered")
	return 0
}

// completions are new orders of a member, as the partition's next records.
func (s *store) completions(member string, n int) []pipelines.Write {
	writes := make([]pipelines.Write, n)
	month, second := s.cfg.Rules.Second(noon)
	for i := range writes {
		s.orders++
		body := schemas.AppendLevelEvent(nil, &schemas.LevelEvent{Kind: schemas.LevelComplete, Order: s.orders, Month: month, Second: second, At: noon})
		writes[i] = pipelines.Write{Key: []byte(member), Body: body, From: &s.feed.Part, Offset: s.feed.End}
		s.feed.End++
	}
	return writes
}

// results are what becomes of the writes; it fails the test when they are an error.
func (s *store) results(writes []pipelines.Write) []pipelines.Result {
	s.t.Helper()
	results := make([]pipelines.Result, len(writes))
	if err := s.Write(s.t.Context(), writes, results); err != nil {
		s.t.Fatalf("writing: %v", err)
	}
	return results
}

// all fails the test unless every write ends so.
func (s *store) all(writes []pipelines.Write, verdict pipelines.Verdict, reason string) {
	s.t.Helper()
	for i, r := range s.results(writes) {
		if r.Verdict != verdict || r.Reason != reason {
			s.t.Fatalf("write %d is %+v, want %v %q", i, r, verdict, reason)
		}
	}
}

// counts fails the test unless a member has so many orders this month.
func (s *store) counts(member string, want int) {
	s.t.Helper()
	state, err := s.Member(s.t.Context(), member)
	if err != nil || state.Count(202611) != want {
		s.t.Fatalf("%s has %d orders, want %d: %v", member, state.Count(202611), want, err)
	}
}

func oneServer(t *testing.T) (*server, *store) {
	t.Helper()
	srv := startServer(t, stacktest.FreeAddress(t))
	s := newStore(t, srv.addr)
	s.begin()
	return srv, s
}
