package main

import (
	"sluice/internal/apikeys"
	"sluice/internal/gateway"
	"sluice/internal/httpserver"
	"sluice/internal/kafka"
	"sluice/internal/query"
	"sluice/internal/telemetry"
	"sluice/pipelines"
	"sluice/pipelines/gps"
	"sluice/schemas"
	"sluice/sinks/elastic"
)

// What each part wants to know, out of the settings.

func (c *config) kafka() kafka.Config {
	return kafka.Config{
		Brokers: c.Kafka.Brokers, ClientID: c.Kafka.ClientID, TopicPrefix: c.Topic.Prefix,
		TLS: kafka.TLS{
			Enabled: c.Kafka.TLS.Enabled, CAFile: c.Kafka.TLS.CAFile, CertFile: c.Kafka.TLS.CertFile,
			KeyFile: c.Kafka.TLS.KeyFile, ServerName: c.Kafka.TLS.ServerName,
		},
		SASL: kafka.SASL{
			Mechanism: kafka.Mechanism(c.Kafka.SASL.Mechanism), User: c.Kafka.SASL.User, Password: kafka.Secret(c.Kafka.SASL.Password),
		},
		DialTimeout: c.Kafka.DialTimeout, RequestTimeout: c.Kafka.RequestTimeout,
	}
}

func (c *config) group() kafka.GroupConfig {
	return c.fetching(kafka.GroupConfig{
		InstanceID: c.Kafka.InstanceID, SessionTimeout: c.Kafka.SessionTimeout, RebalanceTimeout: c.Kafka.RebalanceTimeout,
	})
}

// groupID is the consumer group of a pipeline; the topics' prefix keeps two installations
// on one cluster apart.
func (c *config) groupID(pipeline string) string { return c.Topic.Prefix + "sluice-" + pipeline }

func (c *config) publisher() kafka.PublisherConfig {
	return kafka.PublisherConfig{
		RecordBytes: int(c.Gateway.MaxRecord + recordMargin), Compression: kafka.Compression(c.Kafka.Compression),
		BatchBytes: int(min(c.Topic.MaxMessage/2, 512<<10)),
	}
}

// letterMargin is what the story of a dead letter may add to its record.
const letterMargin = 64 << 10

// deadPublisher takes every record that the topics take, and its story.
func (c *config) deadPublisher() kafka.PublisherConfig {
	return kafka.PublisherConfig{
		RecordBytes: int(c.Topic.MaxMessage) + letterMargin/2, Compression: kafka.Compression(c.Kafka.Compression),
		BatchBytes: int(c.Topic.MaxMessage) + letterMargin/2, InFlightBytes: 16 << 20,
	}
}

func (c *config) elastic() elastic.Config {
	return elastic.Config{
		URLs: c.Elastic.URLs, APIKey: elastic.Secret(c.Elastic.APIKey), Username: c.Elastic.Username,
		Password: elastic.Secret(c.Elastic.Password), CAFile: c.Elastic.CAFile, IndexPrefix: c.Index.Prefix,
		Gzip: c.Elastic.Gzip, MaxBodyBytes: int(c.Elastic.MaxBody), RequestTimeout: c.Elastic.RequestTimeout,
		MaxInFlight: c.Elastic.MaxInFlight,
	}
}

func (c *config) templates() schemas.TemplateOptions {
	return schemas.TemplateOptions{Shards: c.Index.Shards, Replicas: c.Index.Replicas, Refresh: c.Index.Refresh}
}

func (c *config) pipeline(name string) *pipelines.Config {
	p := &pipelines.Config{
		Name: name, BatchRecords: c.batchRecords(), BatchBytes: int(c.Pipeline.BatchBytes), BatchAge: c.Pipeline.BatchAge,
		InFlight: c.Pipeline.InFlight, BufferBytes: int64(c.Pipeline.Buffer), UnsettledRecords: int64(c.Pipeline.UnsettledRecords),
		RetryBase: c.Pipeline.RetryBase, RetryMax: c.Pipeline.RetryMax, CommitInterval: c.Pipeline.CommitInterval,
		DrainTimeout: c.Pipeline.DrainTimeout, StallAfter: c.Pipeline.StallAfter,
	}
	if name == gps.Live {
		p.CoalesceWindow, p.Identities = c.GPS.Coalesce, c.GPS.MaxDrivers
	}
	return p
}

func (c *config) gps() gps.Config {
	return gps.Config{
		MaxAge: c.GPS.MaxAge, HistoryMaxAge: c.GPS.HistoryMaxAge, ClockAhead: c.GPS.ClockAhead,
		OutlierSpeed: c.GPS.OutlierSpeed, OutlierSlack: c.GPS.OutlierSlack, OutlierFixes: c.GPS.OutlierFixes,
		MoveDistance: c.GPS.MoveDistance, MoveHeartbeat: c.GPS.MoveHeartbeat,
	}
}

func (c *config) gateway() gateway.Config {
	return gateway.Config{
		MaxBodyBytes: int(c.Gateway.MaxBody), MaxRecords: c.Gateway.MaxRecords, MaxRecordBytes: int(c.Gateway.MaxRecord),
		MaxInFlight: c.Gateway.MaxInFlight, MaxInFlightBytes: int(c.Gateway.Memory), PublishTimeout: c.Gateway.PublishTimeout,
	}
}

func (c *config) keys() apikeys.Config {
	return apikeys.Config{
		File: c.Keys.File, RecordsPerSecond: c.Keys.RecordsPerSecond, BurstRecords: c.Keys.BurstRecords,
		BytesPerSecond: float64(c.Keys.BytesPerSecond), BurstBytes: int(c.Keys.BurstBytes),
	}
}

func (c *config) query() query.Config {
	return query.Config{
		Timeout: c.Query.Timeout, MaxInFlight: c.Query.MaxInFlight, MaxAge: c.Query.MaxAge, MaxRadius: c.Query.MaxRadius,
		MaxLimit: c.Query.MaxLimit, Live: query.LiveConfig{MaxSubscribers: c.Query.Streams, Poll: c.Query.Poll},
	}
}

func (c *config) http() httpserver.Config {
	return httpserver.Config{
		Listen: c.HTTP.Listen, MaxConns: c.HTTP.MaxConns, StopGrace: c.HTTP.StopGrace, DrainTimeout: c.HTTP.DrainTimeout,
	}
}

func (c *config) ops() httpserver.Config {
	return httpserver.Config{Listen: c.Ops.Listen, MaxConns: 64}
}

func (c *config) log() telemetry.LogConfig {
	return telemetry.LogConfig{Level: c.Log.Level, Format: c.Log.Format}
}
