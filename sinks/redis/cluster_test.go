package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"sluice/internal/stacktest"
	"sluice/pipelines"
)

// cluster is three servers of a Redis Cluster.
type cluster struct {
	t       *testing.T
	servers []*server
	ids     []string
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t}
	const slots = 16384
	addrs := stacktest.FreeAddresses(t, 3)
	for i, addr := range addrs {
		s := startServer(t, addr, "--cluster-enabled", "yes", "--cluster-node-timeout", "60000")
		c.servers = append(c.servers, s)
		if err := s.ClusterAddSlotsRange(t.Context(), i*slots/3, (i+1)*slots/3-1).Err(); err != nil {
			t.Fatal(err)
		}
		id, err := s.Do(t.Context(), "cluster", "myid").Text()
		if err != nil {
			t.Fatal(err)
		}
		c.ids = append(c.ids, id)
	}
	for _, addr := range addrs[1:] {
		host, port, err := net.SplitHostPort(addr)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.servers[0].ClusterMeet(t.Context(), host, port).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range c.servers {
		s.eventually("the cluster is whole", func(ctx context.Context) error {
			nodes, err := s.ClusterShards(ctx).Result()
			if err == nil && len(nodes) < len(addrs) {
				err = fmt.Errorf("%d shards", len(nodes))
			}
			info, asked := s.ClusterInfo(ctx).Result()
			if err == nil && !strings.Contains(info, "cluster_state:ok") {
				err = errors.Join(asked, errors.New("it does not serve"))
			}
			return err
		})
	}
	return c
}

// of is the server that has a slot.
func (c *cluster) of(slot int64) int {
	const slots = 16384
	for i := range c.servers {
		if slot < int64((i+1)*slots/3) {
			return i
		}
	}
	return -1
}

// tell gives a command about a slot to some servers.
func (c *cluster) tell(slot int64, to []int, what ...any) {
	c.t.Helper()
	for _, i := range to {
		if err := c.servers[i].Do(c.t.Context(), append([]any{"cluster", "setslot", slot}, what...)...).Err(); err != nil {
			c.t.Fatal(err)
		}
	}
}

// move moves keys of a slot.
func (c *cluster) move(from, to int, keys []string) {
	c.t.Helper()
	host, port, err := net.SplitHostPort(c.servers[to].addr)
	if err != nil {
		c.t.Fatal(err)
	}
	args := []any{"migrate", host, port, "", 0, patience.Milliseconds(), "keys"}
	for _, key := range keys {
		args = append(args, key)
	}
	if err := c.servers[from].Do(c.t.Context(), args...).Err(); err != nil {
		c.t.Fatal(err)
	}
}

// A bucket whose slot moves to another server waits, whole, and is known there as one that has to be claimed: that server
// has another history. Nothing is lost, and nothing counts twice.
func TestASlotMoves(t *testing.T) {
	c := startCluster(t)
	s := newStore(t, c.servers[0].addr, c.servers[1].addr, c.servers[2].addr)
	s.begin()
	members := []string{"M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8"} // of all four buckets
	for _, member := range members {
		s.all(s.completions(member, 6), pipelines.Stored, "")
	}
	b := &s.buckets[s.bucket([]byte("M1"))]
	slot, err := c.servers[0].ClusterKeySlot(t.Context(), b.head).Result()
	if err != nil {
		t.Fatal(err)
	}
	from := c.of(slot)
	to := (from + 1) % len(c.servers)
	c.tell(slot, []int{to}, "importing", c.ids[from])
	c.tell(slot, []int{from}, "migrating", c.ids[to])
	keys, err := c.servers[from].ClusterGetKeysInSlot(t.Context(), int(slot), 1000).Result()
	if err != nil || len(keys) < 5 {
		t.Fatalf("the slot has the keys %v: %v", keys, err)
	}
	waits := s.completions("M1", 2)
	for len(keys) > 0 {
		s.all(waits, pipelines.Retry, "slot_moves")
		n := min(3, len(keys))
		c.move(from, to, keys[:n])
		keys = keys[n:]
	}
	s.all(waits, pipelines.Retry, "slot_moves")
	c.tell(slot, []int{to, from, 3 - from - to}, "node", c.ids[to])
	s.eventually(func() error { return s.Write(t.Context(), waits, make([]pipelines.Result, len(waits))) }, pipelines.ErrLost)
	if n := s.begin(); n != 1 {
		t.Errorf("%d buckets were claimed, want the one that moved", n)
	}
	s.all(waits, pipelines.Stored, "")
	if err := s.Raise(t.Context(), s.feed.Part, s.feed.End); err != nil {
		t.Fatal(err)
	}
	s.counts("M1", 8)
	for _, member := range members[1:] {
		s.counts(member, 6)
	}
}

// eventually tries until the answer is that error.
func (s *store) eventually(try func() error, want error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var err error
	for ctx.Err() == nil {
		if err = try(); errors.Is(err, want) {
			return
		}
	}
	s.t.Fatalf("not within %s: %v, want %v", patience, err, want)
}

// Scripts are told to all primaries, also to one that forgot them.
func TestScriptsAreToldToAllPrimaries(t *testing.T) {
	c := startCluster(t)
	s := newStore(t, c.servers[0].addr, c.servers[1].addr, c.servers[2].addr)
	s.begin()
	for _, srv := range c.servers {
		if err := srv.ScriptFlush(t.Context()).Err(); err != nil && !errors.Is(err, goredis.Nil) {
			t.Fatal(err)
		}
	}
	var writes []pipelines.Write
	for i := range 40 {
		writes = append(writes, s.completions(fmt.Sprint("M", i), 1)...)
	}
	s.all(writes, pipelines.Stored, "")
	report, err := s.Inspect(t.Context())
	if err != nil || len(report.Servers) != 3 || report.Servers[0].Mode != "cluster" {
		t.Errorf("the report is %+v, %v", report, err)
	}
}
