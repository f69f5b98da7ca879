package stage

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"sluice/internal/resp"
)

// The servers of a stage's own Redis, each with its number.
const (
	redisName    = "redis"
	sentinelName = "sentinel"
)

const (
	replicated = 2     // servers behind Sentinels
	sentinels  = 3     // of which two have to agree
	nodes      = 3     // of a Cluster
	slots      = 16384 // of a Cluster
)

// Two seconds of silence make a server suspect: on a machine with much to do one is silent for a moment.
const (
	downAfterMS    = 2_000
	failoverMS     = 10_000
	nodeSilentMS   = 5_000
	replicaIsReady = "master_link_status"
)

// kept is what a server is told about keeping what it holds: its log is flushed once a second.
func kept() []string {
	return []string{"appendonly yes", "appendfsync everysec", `save ""`, "repl-diskless-sync-delay 0"}
}

// laySingle starts one server.
func (f *Fleet) laySingle(ctx context.Context) error {
	s, err := f.add(redisName, kept()...)
	if err != nil {
		return err
	}
	return StartAll(ctx, []*Server{s})
}

// laySentinel starts a primary, its replica and the Sentinels.
func (f *Fleet) laySentinel(ctx context.Context) error {
	var host, port string
	for n := 1; n <= replicated; n++ {
		lines := kept()
		if n > 1 {
			lines = append(lines, "replicaof "+host+" "+port)
		}
		s, err := f.add(numbered(redisName, n), lines...)
		if err == nil && n == 1 {
			host, port, err = net.SplitHostPort(s.address)
		}
		if err == nil {
			err = StartAll(ctx, []*Server{s})
		}
		if err != nil {
			return err
		}
	}
	var watching []*Server
	for n := 1; n <= sentinels; n++ {
		s, err := f.add(numbered(sentinelName, n), fmt.Sprintf("sentinel monitor %s %s %s 2", Primary, host, port),
			fmt.Sprintf("sentinel down-after-milliseconds %s %d", Primary, downAfterMS), fmt.Sprintf("sentinel failover-timeout %s %d", Primary, failoverMS))
		if err != nil {
			return err
		}
		watching = append(watching, s)
	}
	if err := StartAll(ctx, watching); err != nil {
		return err
	}
	return eventually(ctx, "the Sentinels know everybody", func(ctx context.Context) error {
		info, err := resp.Info(ctx, f.servers[1].address, "replication")
		if err == nil && info[replicaIsReady] != "up" {
			err = errors.New("the replica does not follow")
		}
		for _, s := range watching {
			if err == nil {
				err = complete(ctx, s.address)
			}
		}
		return err
	})
}

// complete complains of a Sentinel that does not know everybody yet.
func complete(ctx context.Context, address string) error {
	said, err := resp.Info(ctx, address, "sentinel")
	if err != nil {
		return err
	}
	for _, want := range []string{"status=ok", fmt.Sprintf("slaves=%d", replicated-1), fmt.Sprintf("sentinels=%d", sentinels)} {
		if !strings.Contains(said["master0"], want) {
			return fmt.Errorf("it says %q, want %s", said["master0"], want)
		}
	}
	return nil
}

// layCluster starts nodes with a part of the slots each.
func (f *Fleet) layCluster(ctx context.Context) error {
	buses := make([]string, nodes)
	for n := range nodes {
		bus, err := f.ports.address()
		if err != nil {
			return err
		}
		if _, buses[n], err = net.SplitHostPort(bus); err != nil {
			return err
		}
		lines := append(kept(), "cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-port "+buses[n], "cluster-node-timeout "+strconv.Itoa(nodeSilentMS))
		if _, err := f.add(numbered(redisName, n+1), lines...); err != nil {
			return err
		}
	}
	if err := StartAll(ctx, f.servers); err != nil {
		return err
	}
	for n, s := range f.servers {
		first, last := strconv.Itoa(n*slots/nodes), strconv.Itoa((n+1)*slots/nodes-1)
		if _, err := resp.Ask(ctx, s.address, "CLUSTER", "ADDSLOTSRANGE", first, last); err != nil {
			return err
		}
		if _, err := resp.Ask(ctx, s.address, "CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(n+1)); err != nil {
			return err
		}
	}
	for n, s := range f.servers[1:] {
		host, port, err := net.SplitHostPort(s.address)
		if err != nil {
			return err
		}
		if _, err := resp.Ask(ctx, f.servers[0].address, "CLUSTER", "MEET", host, port, buses[n+1]); err != nil {
			return err
		}
	}
	return eventually(ctx, "the cluster is whole", func(ctx context.Context) error {
		for _, s := range f.servers {
			info, err := resp.ClusterInfo(ctx, s.address)
			if err != nil {
				return err
			}
			if info["cluster_state"] != "ok" || info["cluster_known_nodes"] != strconv.Itoa(nodes) || info["cluster_slots_ok"] != strconv.Itoa(slots) {
				return fmt.Errorf("%s: state %s, %s nodes, %s slots", s.Name, info["cluster_state"], info["cluster_known_nodes"], info["cluster_slots_ok"])
			}
		}
		return nil
	})
}

func numbered(name string, n int) string { return name + "-" + strconv.Itoa(n) }
