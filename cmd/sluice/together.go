package main

import "sluice/internal/kafka"

// What the lanes of a process hold that has everything in it. Its stores commit together what waits of all lanes, so nothing
// is won by large batches in each; forty lanes full of them and of what is fetched ahead took more than the memory limit, and
// half of the processors' time went into collecting garbage that was none.
const (
	togetherBatch     = 1250 // writes: eight lanes fill a transaction of member levels, with two batches each one of documents
	togetherFetch     = 128 << 10
	togetherGCPercent = 150
)

// batchRecords is how many writes close a batch.
func (c *config) batchRecords() int {
	if c.together {
		return min(c.Pipeline.BatchRecords, togetherBatch)
	}
	return c.Pipeline.BatchRecords
}

// fetching says how much of a partition is fetched ahead. From a broker in the same process another fetch costs little.
func (c *config) fetching(g kafka.GroupConfig) kafka.GroupConfig {
	if c.together {
		g.FetchBytes = togetherFetch
	}
	return g
}

// together are the settings of a process with everything in it: the limit of one with a gateway, for what is alive must never
// come near it, and a heap that does not grow up to there without need. SQLite's memory comes on top.
func (c memoryConfig) together() memoryConfig {
	c = c.forRoles(allRoles())
	c.GCPercent = min(c.GCPercent, togetherGCPercent)
	return c
}
