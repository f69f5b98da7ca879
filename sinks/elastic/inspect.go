package elastic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Inspector looks at a cluster and changes nothing.
type Inspector struct{ client *client }

// NewInspector makes one; it does not dial.
func NewInspector(cfg Config) (*Inspector, error) {
	c, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	return &Inspector{client: c}, nil
}

// Close ends the connections that are not in use.
func (i *Inspector) Close() { i.client.close() }

// Denied tells whether the cluster answered that it does not know us (401), or knows us and
// does not let us (403).
func Denied(err error) (unknown, forbidden bool) {
	var refused *refusal
	if !errors.As(err, &refused) {
		return false, false
	}
	return refused.status == http.StatusUnauthorized, refused.status == http.StatusForbidden
}

// Node is one server of the cluster.
type Node struct {
	ID, Name, Version string
	MaxContentLength  int64         // bytes of one request that it takes
	Total, Available  int64         // bytes of its data paths
	WriteRejected     int64         // bulk items turned away since it started, for a full queue
	ClockAhead        time.Duration // its clock against ours, good to ClockError
	ClockError        time.Duration // half the time that the question took
}

// Nodes asks for all servers of the cluster, by name.
func (i *Inspector) Nodes(ctx context.Context) ([]Node, error) {
	var info struct {
		Nodes map[string]struct {
			Name    string `json:"name"`
			Version string `json:"version"`
			HTTP    struct {
				MaxContentLength int64 `json:"max_content_length_in_bytes"`
			} `json:"http"`
		} `json:"nodes"`
	}
	question := esapi.NodesInfoRequest{
		Metric:     []string{"http"},
		FilterPath: []string{"nodes.*.name", "nodes.*.version", "nodes.*.http.max_content_length_in_bytes"},
	}
	if err := i.client.ask(ctx, question, &info); err != nil {
		return nil, fmt.Errorf("asking for the nodes: %w", err)
	}
	stats, asked, took, err := i.stats(ctx)
	if err != nil {
		return nil, err
	}
	nodes := make([]Node, 0, len(info.Nodes))
	for id, n := range info.Nodes {
		s := stats[id]
		node := Node{
			ID: id, Name: n.Name, Version: n.Version, MaxContentLength: n.HTTP.MaxContentLength,
			Total: s.FS.Total.Total, Available: s.FS.Total.Available, WriteRejected: s.Pool.Write.Rejected, ClockError: took / 2,
		}
		if s.Timestamp > 0 {
			node.ClockAhead = time.UnixMilli(s.Timestamp).Sub(asked.Add(took / 2))
		}
		nodes = append(nodes, node)
	}
	slices.SortFunc(nodes, func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
	return nodes, nil
}

type nodeStats struct {
	Timestamp int64 `json:"timestamp"`
	FS        struct {
		Total struct {
			Total     int64 `json:"total_in_bytes"`
			Available int64 `json:"available_in_bytes"`
		} `json:"total"`
	} `json:"fs"`
	Pool struct {
		Write struct {
			Rejected int64 `json:"rejected"`
		} `json:"write"`
	} `json:"thread_pool"`
}

// stats asks for what changes. Elasticsearch sends no Date header; each node says in its
// statistics what time it has.
func (i *Inspector) stats(ctx context.Context) (stats map[string]nodeStats, asked time.Time, took time.Duration, err error) {
	var reply struct {
		Nodes map[string]nodeStats `json:"nodes"`
	}
	question := esapi.NodesStatsRequest{
		Metric:     []string{"fs", "thread_pool"},
		FilterPath: []string{"nodes.*.timestamp", "nodes.*.fs.total", "nodes.*.thread_pool.write.rejected"},
	}
	asked = time.Now()
	if err := i.client.ask(ctx, question, &reply); err != nil {
		return nil, asked, 0, fmt.Errorf("asking for the nodes' statistics: %w", err)
	}
	return reply.Nodes, asked, time.Since(asked), nil
}

// Health is the state of the whole cluster.
type Health struct {
	Status           string // green, yellow or red
	DataNodes        int
	ActiveShards     int
	UnassignedShards int
}

// Health asks for it.
func (i *Inspector) Health(ctx context.Context) (Health, error) {
	var reply struct {
		Status     string `json:"status"`
		DataNodes  int    `json:"number_of_data_nodes"`
		Active     int    `json:"active_shards"`
		Unassigned int    `json:"unassigned_shards"`
	}
	if err := i.client.ask(ctx, esapi.ClusterHealthRequest{}, &reply); err != nil {
		return Health{}, fmt.Errorf("asking for the cluster's health: %w", err)
	}
	return Health{Status: reply.Status, DataNodes: reply.DataNodes, ActiveShards: reply.Active, UnassignedShards: reply.Unassigned}, nil
}

// Limits are settings of the cluster that can stop a writer.
type Limits struct {
	MaxShardsPerNode int    // 0 = not said
	Watermarks       bool   // whether disks are watched at all
	FloodStage       string // of a disk, from where indices are closed to writing: "95%" or "10gb"
	ReadOnly         bool   // the whole cluster is closed to writing
}

// Limits asks for them.
func (i *Inspector) Limits(ctx context.Context) (Limits, error) {
	type settings struct {
		Cluster struct {
			MaxShards string `json:"max_shards_per_node"`
			Blocks    struct {
				ReadOnly      string `json:"read_only"`
				ReadOnlyAllow string `json:"read_only_allow_delete"`
			} `json:"blocks"`
			Routing struct {
				Allocation struct {
					Disk struct {
						Enabled   string `json:"threshold_enabled"`
						Watermark struct {
							Flood string `json:"flood_stage"`
						} `json:"watermark"`
					} `json:"disk"`
				} `json:"allocation"`
			} `json:"routing"`
		} `json:"cluster"`
	}
	var reply struct{ Transient, Persistent, Defaults settings }
	question := esapi.ClusterGetSettingsRequest{
		IncludeDefaults: new(true),
		FilterPath:      []string{"*.cluster.max_shards_per_node", "*.cluster.routing.allocation.disk", "*.cluster.blocks"},
	}
	if err := i.client.ask(ctx, question, &reply); err != nil {
		return Limits{}, fmt.Errorf("asking for the cluster's settings: %w", err)
	}
	value := func(of func(settings) string) string {
		return cmp.Or(of(reply.Transient), of(reply.Persistent), of(reply.Defaults))
	}
	shards, _ := strconv.Atoi(value(func(s settings) string { return s.Cluster.MaxShards })) // 0 = not said
	return Limits{
		MaxShardsPerNode: shards,
		Watermarks:       value(func(s settings) string { return s.Cluster.Routing.Allocation.Disk.Enabled }) != "false",
		FloodStage:       value(func(s settings) string { return s.Cluster.Routing.Allocation.Disk.Watermark.Flood }),
		ReadOnly: value(func(s settings) string { return s.Cluster.Blocks.ReadOnly }) == "true" ||
			value(func(s settings) string { return s.Cluster.Blocks.ReadOnlyAllow }) == "true",
	}, nil
}
