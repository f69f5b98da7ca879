package main

import (
	"errors"
	"fmt"
	"time"

	"sluice/internal/settings"
	"sluice/pipelines/gps"
)

// stopWithin is how long a process may take to stop.
const stopWithin = 10 * time.Second

// validate refuses what no part can work with and what contradicts another setting, all
// complaints at once.
func (c *config) validate() error {
	gpsConfig := c.gps()
	return errors.Join(
		section("kafka", c.kafka().Validate()),
		section("elastic", c.elastic().Validate()),
		section("index", c.templates().Validate()),
		section("pipeline", c.pipeline(gps.History).Validate()),
		section("gps", gpsConfig.Validate()),
		section("gateway", c.gateway().Validate()),
		section("keys", c.keys().Validate()),
		section("query", c.query().Validate()),
		section("http", c.http().Validate()),
		section("ops", c.ops().Validate()),
		section("trace", c.trace().Validate()),
		c.contradictions(),
	)
}

func section(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}

// recordMargin is what a record's key and headers may add to its value.
const recordMargin = settings.Size(8 << 10)

// contradictions are settings that are right one by one and wrong together.
func (c *config) contradictions() error {
	var complaints []error
	refuse := func(wrong bool, format string, args ...any) {
		if wrong {
			complaints = append(complaints, fmt.Errorf(format, args...))
		}
	}
	refuse(c.Topic.Partitions < 1, "topic.partitions must be at least 1")
	refuse(c.Topic.Replicas < 1, "topic.replicas must be at least 1")
	refuse(c.Topic.MinISR < 1 || c.Topic.MinISR > c.Topic.Replicas, "topic.minIsr (%d) must be within 1 and topic.replicas (%d)", c.Topic.MinISR, c.Topic.Replicas)
	refuse(c.Pipeline.BatchBytes > c.Elastic.MaxBody, "pipeline.batchBytes (%s) is more than elastic.maxBody (%s): every full batch would be cut", c.Pipeline.BatchBytes, c.Elastic.MaxBody)
	refuse(c.Gateway.MaxRecord > c.Pipeline.BatchBytes, "gateway.maxRecord (%s) is more than pipeline.batchBytes (%s)", c.Gateway.MaxRecord, c.Pipeline.BatchBytes)
	refuse(c.Gateway.MaxRecord+recordMargin > c.Topic.MaxMessage, "gateway.maxRecord (%s) with its key and headers is more than topic.maxMessage (%s): Kafka would refuse what the gateway accepts", c.Gateway.MaxRecord, c.Topic.MaxMessage)
	refuse(c.Pipeline.DrainTimeout >= c.Kafka.RebalanceTimeout, "pipeline.drainTimeout (%s) must be below kafka.rebalanceTimeout (%s): a lane would be fenced while it drains", c.Pipeline.DrainTimeout, c.Kafka.RebalanceTimeout)
	refuse(c.Pipeline.DrainTimeout+time.Second > stopWithin, "pipeline.drainTimeout (%s) must leave a second of the %s that a stop may take", c.Pipeline.DrainTimeout, stopWithin)
	refuse(c.HTTP.StopGrace+c.HTTP.DrainTimeout > stopWithin, "http.stopGrace (%s) and http.drainTimeout (%s) are more than the %s that a stop may take", c.HTTP.StopGrace, c.HTTP.DrainTimeout, stopWithin)
	refuse(c.Gateway.PublishTimeout >= 5*time.Second, "gateway.publishTimeout (%s) must be below 5 s: so soon a client is told 503 when Kafka is away", c.Gateway.PublishTimeout)
	refuse(c.GPS.MaxAge > 0 && c.GPS.Coalesce >= c.GPS.MaxAge, "gps.coalesce (%s) must be below gps.maxAge (%s): nothing would be left to write", c.GPS.Coalesce, c.GPS.MaxAge)
	refuse(c.GPS.MoveDistance > 0 && c.GPS.MoveHeartbeat >= c.Query.MaxAge, "gps.moveHeartbeat (%s) must be below query.maxAge (%s): a waiting driver would not be found", c.GPS.MoveHeartbeat, c.Query.MaxAge)
	refuse(c.Pipeline.StallAfter > 0 && c.Pipeline.StallAfter <= c.Pipeline.CommitInterval, "pipeline.stallAfter (%s) must be above pipeline.commitInterval (%s)", c.Pipeline.StallAfter, c.Pipeline.CommitInterval)
	refuse(c.Memory.GCPercent < 1, "memory.gcPercent must be at least 1")
	refuse(c.Memory.Limit > 0 && c.Memory.Limit < 64<<20, "memory.limit (%s) is too small, use 64MiB or more", c.Memory.Limit)
	return errors.Join(complaints...)
}
