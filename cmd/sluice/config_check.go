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
// complaints at once, a line each. No server is asked.
func (c *config) validate() error {
	gpsConfig := c.gps()
	inKeys := c.sections()
	return errors.Join(
		inKeys("kafka", c.kafka().Validate(), "tls.keyFile belong", "kafka.tls.keyFile belong"),
		inKeys("elastic", c.elastic().Validate(), elasticWords()...),
		inKeys("index", c.templates().Validate()),
		inKeys("pipeline", c.pipeline(gps.History).Validate(), "bufferBytes", "buffer"),
		inKeys("gps", gpsConfig.Validate()),
		inKeys("gateway", c.gateway().Validate(), "MaxInFlightBytes", "memory", "MaxBodyBytes", "maxBody", "MaxRecordBytes", "maxRecord"),
		inKeys("keys", c.keys().Validate(), "BurstRecords", "burstRecords", "RecordsPerSecond", "recordsPerSecond", "BurstBytes", "burstBytes", "BytesPerSecond", "bytesPerSecond"),
		inKeys("query", c.query().Validate()),
		inKeys("query", c.progress().Validate(), "progress: peer", "peers: address"),
		inKeys("http", c.http().Validate()),
		inKeys("ops", c.ops().Validate()),
		inKeys("trace", c.trace().Validate()),
		c.levels(),
		c.webhooks(),
		c.addresses(),
		c.files(),
		c.contradictions(),
	)
}

// elasticWords are what the store calls its settings, and their keys.
func elasticWords() []string {
	return []string{
		"at least one URL is", "urls: at least one address is", "URL ", "urls: address ", "index prefix", "index.prefix",
		"an API key and a user name", "apiKey and elastic.username", "a password is set without a user name", "password is set without elastic.username",
	}
}

// recordMargin is what a record's key and headers may add to its value.
const recordMargin = settings.Size(8 << 10)

// complaints collects what is wrong.
type complaints []error

// when adds a complaint if something is wrong.
func (all *complaints) when(wrong bool, format string, args ...any) {
	if wrong {
		*all = append(*all, fmt.Errorf(format, args...))
	}
}

// contradictions are settings that are right one by one and wrong together.
func (c *config) contradictions() error {
	var refuse complaints
	refuse.when(c.Topic.MinISR > c.Topic.Replicas, "topic.minIsr (%d) must be within 1 and topic.replicas (%d)", c.Topic.MinISR, c.Topic.Replicas)
	refuse.when(c.Pipeline.BatchBytes > c.Elastic.MaxBody, "pipeline.batchBytes (%s) is more than elastic.maxBody (%s): every full batch would be cut", c.Pipeline.BatchBytes, c.Elastic.MaxBody)
	refuse.when(c.Gateway.MaxRecord > c.Pipeline.BatchBytes, "gateway.maxRecord (%s) is more than pipeline.batchBytes (%s)", c.Gateway.MaxRecord, c.Pipeline.BatchBytes)
	refuse.when(c.Gateway.MaxRecord+recordMargin > c.Topic.MaxMessage, "gateway.maxRecord (%s) with its key and headers is more than topic.maxMessage (%s): Kafka would refuse what the gateway accepts", c.Gateway.MaxRecord, c.Topic.MaxMessage)
	refuse.when(c.Pipeline.DrainTimeout >= c.Kafka.RebalanceTimeout, "pipeline.drainTimeout (%s) must be below kafka.rebalanceTimeout (%s): a lane would be fenced while it drains", c.Pipeline.DrainTimeout, c.Kafka.RebalanceTimeout)
	refuse.when(c.HTTP.StopGrace+c.HTTP.DrainTimeout > stopWithin, "http.stopGrace (%s) and http.drainTimeout (%s) are more than the %s that a stop may take", c.HTTP.StopGrace, c.HTTP.DrainTimeout, stopWithin)
	refuse.when(c.GPS.MaxAge > 0 && c.GPS.Coalesce >= c.GPS.MaxAge, "gps.coalesce (%s) must be below gps.maxAge (%s): nothing would be left to write", c.GPS.Coalesce, c.GPS.MaxAge)
	refuse.when(c.GPS.MaxAge > 0 && c.GPS.ClockAhead >= c.GPS.MaxAge, "gps.clockAhead (%s) must be below gps.maxAge (%s): a clock ahead would count more than a driver's age", c.GPS.ClockAhead, c.GPS.MaxAge)
	refuse.when(c.GPS.MoveDistance > 0 && c.GPS.MoveHeartbeat >= c.Query.MaxAge, "gps.moveHeartbeat (%s) must be below query.maxAge (%s): a waiting driver would not be found", c.GPS.MoveHeartbeat, c.Query.MaxAge)
	refuse.when(c.GPS.HistoryMaxAge > 0 && c.GPS.HistoryMaxAge < c.GPS.MaxAge, "gps.historyMaxAge (%s) must not be below gps.maxAge (%s): history keeps what live drops", c.GPS.HistoryMaxAge, c.GPS.MaxAge)
	refuse.when(len(c.Webhook.Services) > 0 && c.Webhook.Timeout > c.Pipeline.DrainTimeout, "webhook.timeout (%s) is more than pipeline.drainTimeout (%s): a request would be cut off by a stop", c.Webhook.Timeout, c.Pipeline.DrainTimeout)
	refuse.when(c.Pipeline.StallAfter <= c.Pipeline.CommitInterval, "pipeline.stallAfter (%s) must be above pipeline.commitInterval (%s)", c.Pipeline.StallAfter, c.Pipeline.CommitInterval)
	refuse.when(c.Kafka.SessionTimeout > c.Kafka.RebalanceTimeout, "kafka.sessionTimeout (%s) is more than kafka.rebalanceTimeout (%s)", c.Kafka.SessionTimeout, c.Kafka.RebalanceTimeout)
	refuse.when(c.Memory.Limit > 0 && c.Pipeline.Buffer > c.Memory.Limit, "pipeline.buffer (%s) is more than memory.limit (%s)", c.Pipeline.Buffer, c.Memory.Limit)
	return errors.Join(refuse...)
}
