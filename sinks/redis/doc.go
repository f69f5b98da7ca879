// Package redis keeps member levels in Redis 7 or later: a single server, one behind Sentinel, or a Cluster.
//
// Members are spread over buckets, and all keys of a bucket share a hash tag (schemas.RedisKeys), so that one
// script reads and changes them together. Every script reads and decides first and writes last, so that
// one that fails has changed nothing. What a bucket has to keep so that a loss is found is in the comment of
// internal/rewind; the state of a member is packed as lua/form.lua says.
package redis
