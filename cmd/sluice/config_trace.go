package main

import (
	"time"

	"sluice/internal/settings"
	"sluice/internal/telemetry"
)

type traceConfig struct {
	Endpoint string          `key:"endpoint" doc:"OTLP/HTTP URL for sluice's own spans, as http://collector:4318/v1/traces; empty = none are made"`
	Headers  settings.Secret `key:"headers" doc:"name=value,name=value sent with each export; empty = none"`
	Sample   float64         `key:"sample" default:"0.01" unit:"share" range:"0..1" doc:"of the traces begun here that is kept, 0 to 1; a client's own traceparent decides for its trace"`
	Timeout  time.Duration   `key:"timeout" default:"5s" range:"10ms..1m" doc:"for one export; one that fails is dropped and counted"`
	Queue    int             `key:"queue" default:"4096" unit:"spans" range:"1..1000000" doc:"that wait for export; more are dropped and counted"`
	Batch    int             `key:"batch" default:"512" unit:"spans" range:"1..100000" doc:"of one export"`
}

func (c *config) trace() telemetry.TraceConfig {
	return telemetry.TraceConfig{
		Endpoint: c.Trace.Endpoint, Headers: string(c.Trace.Headers), Sample: c.Trace.Sample,
		Timeout: c.Trace.Timeout, Queue: c.Trace.Queue, Batch: c.Trace.Batch,
	}
}
