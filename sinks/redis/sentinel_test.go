package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/internal/stacktest"
	"sluice/pipelines"
)

// startPair is a primary, its replica, and a Sentinel that fails over when it is told to, and not by itself.
func startPair(t *testing.T) (primary, replica, sentinel *server) {
	t.Helper()
	addrs := stacktest.FreeAddresses(t, 3)
	host, port, err := net.SplitHostPort(addrs[0])
	if err != nil {
		t.Fatal(err)
	}
	primary = startServer(t, addrs[0])
	replica = startServer(t, addrs[1], "--replicaof", host+" "+port)
	replica.eventually("the replica follows", func(ctx context.Context) error {
		info, err := replica.Info(ctx, "replication").Result()
		if err == nil && !strings.Contains(info, "master_link_status:up") {
			err = errors.New("it does not yet")
		}
		return err
	})
	file := filepath.Join(t.TempDir(), "sentinel.conf")
	config := fmt.Sprintf("sentinel monitor main %s %s 1\nsentinel down-after-milliseconds main 600000\n", host, port)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	sentinel = startServer(t, addrs[2], file, "--sentinel")
	sentinel.eventually("the Sentinel knows the replica", func(ctx context.Context) error {
		known, err := sentinel.Do(ctx, "sentinel", "replicas", "main").Slice()
		if err == nil && len(known) == 0 {
			err = errors.New("it does not yet")
		}
		return err
	})
	return primary, replica, sentinel
}

// A failover through Sentinel is followed, and found: the other server's history has another name.
func TestAFailoverIsFollowedAndFound(t *testing.T) {
	primary, _, sentinel := startPair(t)
	s := newStoreOf(t, Config{Addrs: []string{sentinel.addr}, MasterName: "main"})
	s.begin()
	writes := s.completions("M1", 6)
	s.all(writes, pipelines.Stored, "")
	same := primary.Conn() // a connection waits for what it wrote itself, and so for all before that
	defer func() { _ = same.Close() }()
	if err := same.Set(t.Context(), "after", "all", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := same.Wait(t.Context(), 1, patience).Result(); n != 1 || err != nil {
		t.Fatalf("%d replicas heard, %v", n, err)
	}
	sentinel.eventually("the Sentinel fails over", func(ctx context.Context) error {
		return sentinel.Do(ctx, "sentinel", "failover", "main").Err()
	})
	more := s.completions("M1", 1)
	s.eventually(func() error { return s.Write(t.Context(), more, make([]pipelines.Result, 1)) }, pipelines.ErrLost)
	if n := s.begin(); n != s.Buckets() {
		t.Errorf("%d buckets were recovered", n)
	}
	s.all(writes, pipelines.Duplicate, "counted")
	s.results(more) // stored, unless the old primary had taken and passed on one that was tried again
	if err := s.Raise(t.Context(), s.feed.Part, s.feed.End); err != nil {
		t.Fatal(err)
	}
	s.counts("M1", 7)
}
