package main

import (
	"fmt"
	"strings"

	"sluice/internal/doctor"
	"sluice/sinks/elastic"
)

// judgeHealth says what the cluster's colour means.
func judgeHealth(cfg *config, health elastic.Health) []doctor.Finding {
	j := judged{what: "cluster", where: "elastic"}
	switch {
	case health.Status == "red":
		j.fail(fmt.Sprintf("curl '%s/_cluster/allocation/explain?pretty'", cfg.Elastic.URLs[0]), "is red: %d shards are nowhere, what they hold cannot be read or written", health.UnassignedShards)
	case health.Status != "green" && health.DataNodes <= cfg.Index.Replicas:
		j.warn(fmt.Sprintf("curl -X PUT '%s/%s*/_settings' -H 'Content-Type: application/json' -d '{\"index.number_of_replicas\":%d}' # and SLUICE_INDEX_REPLICAS=%d; or add nodes", cfg.Elastic.URLs[0], cfg.Index.Prefix, max(health.DataNodes-1, 0), max(health.DataNodes-1, 0)),
			"is %s: %d copies have no node to live on", health.Status, health.UnassignedShards)
	case health.Status != "green":
		j.warn(fmt.Sprintf("curl '%s/_cluster/allocation/explain?pretty'", cfg.Elastic.URLs[0]), "is %s: %d shards are unassigned", health.Status, health.UnassignedShards)
	case cfg.Index.Replicas > 0 && health.DataNodes == 1:
		j.warn("SLUICE_INDEX_REPLICAS=0 # or add a node", "has one data node and index.replicas is %d: new indices stay yellow", cfg.Index.Replicas)
	}
	return j.or("green, %s, %s", count(health.DataNodes, "data node"), count(health.ActiveShards, "shard"))
}

// shardsWarn is how much of a cluster's shards may be in use before it is said.
const shardsWarn = 0.9

func judgeLimits(cfg *config, health elastic.Health, limits elastic.Limits) []doctor.Finding {
	j := judged{what: "shards", where: "elastic"}
	used, room := health.ActiveShards+health.UnassignedShards, limits.MaxShardsPerNode*health.DataNodes
	day := cfg.Index.Shards * (1 + cfg.Index.Replicas)
	more := fmt.Sprintf("curl -X PUT '%s/_cluster/settings' -H 'Content-Type: application/json' -d '{\"persistent\":{\"cluster.max_shards_per_node\":%d}}' # or keep fewer days: SLUICE_GPS_KEEP_DAYS=30", cfg.Elastic.URLs[0], 2*limits.MaxShardsPerNode)
	switch {
	case room == 0:
	case used+day > room:
		j.fail(more, "%d of %d shards are in use: tomorrow's index cannot be made", used, room)
	case float64(used) > shardsWarn*float64(room):
		j.warn(more, "%d of %d shards are in use", used, room)
	}
	if limits.ReadOnly {
		j.fail(fmt.Sprintf("curl -X PUT '%s/_cluster/settings' -H 'Content-Type: application/json' -d '{\"persistent\":{\"cluster.blocks.read_only\":null,\"cluster.blocks.read_only_allow_delete\":null}}'", cfg.Elastic.URLs[0]),
			"the whole cluster is closed to writing")
	}
	if !limits.Watermarks {
		j.warn(fmt.Sprintf("curl -X PUT '%s/_cluster/settings' -H 'Content-Type: application/json' -d '{\"persistent\":{\"cluster.routing.allocation.disk.threshold_enabled\":true}}'", cfg.Elastic.URLs[0]),
			"disk watermarks are off: a full disk fails in the middle of a write")
	}
	return j.or("%d of %d in use; a disk that is %s full closes its indices", used, room, limits.FloodStage)
}

func judgeRights(missing []string) []doctor.Finding {
	j := judged{what: "privileges", where: "elastic"}
	if len(missing) > 0 {
		j.fail("give this user's role: "+strings.Join(missing, "; "), "%d are missing", len(missing))
	}
	return j.or("all that writers, readers and setup need")
}
