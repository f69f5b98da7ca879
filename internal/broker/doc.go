// Package broker is a Kafka broker inside this process: one node, one data directory, real
// Kafka clients. It is kfake, made safe to keep data in: what a crash leaves is repaired
// before kfake sees it, a full disk refuses records before it is full, what could not be
// written is never acknowledged later, and disk use is bounded.
//
// It does not replicate, has no quotas and compacts no topics. An acknowledged record
// survives the end of the process in any way; it survives a power cut when Config.Sync is set.
package broker
