// Package kafka is sluice's only contact with Kafka: the consumer group that shares a
// topic's partitions among processes, the publisher that says yes only when every in-sync
// replica has the record, dead letters, topics and lag. It is the only importer of sarama.
//
// Every topic is named without the configured prefix, in calls, partitions, headers and
// reports alike; the prefix is added here, at the wire, and nowhere else.
//
// Works with Apache Kafka 3.9 and 4.x: each request's version is settled with the broker.
package kafka
