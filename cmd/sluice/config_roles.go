package main

import (
	"time"

	"sluice/internal/settings"
)

type pipelineConfig struct {
	BatchRecords     int           `key:"batchRecords" default:"5000" range:"1..100000" doc:"a batch closes at so many writes; on a data directory (sluice up) at 1250 at most, for its stores commit the batches of all partitions together; member levels in Redis at 16384 at least"`
	BatchBytes       settings.Size `key:"batchBytes" default:"1MiB" range:"1KiB..100MiB" doc:"… or when its documents reach so many bytes"`
	BatchAge         time.Duration `key:"batchAge" default:"200ms" range:"1ms..1m" doc:"… or so long after its first record"`
	InFlight         int           `key:"inFlight" default:"2" range:"1..64" doc:"batches of one partition at the store at once"`
	Buffer           settings.Size `key:"buffer" default:"64MiB" range:"64KiB..16GiB" doc:"unsettled records of all partitions of a pipeline; over its share a partition stops polling"`
	UnsettledRecords int           `key:"unsettledRecords" default:"4000000" unit:"records" range:"1000..100000000" doc:"of one partition between the commit and the newest one read"`
	RetryBase        time.Duration `key:"retryBase" default:"100ms" range:"1ms..1m" doc:"first wait before writes are offered again, doubled each time, jittered"`
	RetryMax         time.Duration `key:"retryMax" default:"5s" range:"10ms..10m" doc:"longest wait"`
	CommitInterval   time.Duration `key:"commitInterval" default:"1s" range:"10ms..1m" doc:"between commits of a partition"`
	DrainTimeout     time.Duration `key:"drainTimeout" default:"8s" range:"100ms..9s" doc:"a partition that must go has so long to settle what it holds"`
	StallAfter       time.Duration `key:"stallAfter" default:"30s" range:"1s..1h" doc:"lag without progress for so long raises an alarm"`
	ProbeInterval    time.Duration `key:"probeInterval" default:"5s" range:"0|100ms..1h" doc:"how often one stored record is looked for by a search, to measure freshness; 0 = never"`
}

type gpsConfig struct {
	MaxAge        time.Duration `key:"maxAge" default:"60s" range:"0|1s..720h" doc:"older pings are dropped from live, never from history; 0 = no age limit"`
	Coalesce      time.Duration `key:"coalesce" default:"1s" range:"0|1ms..10m" doc:"a driver's first ping is written to live at once, of those within it afterwards only the newest; 0 = every ping"`
	HistoryMaxAge time.Duration `key:"historyMaxAge" default:"0" range:"0|1m..87600h" doc:"older pings are dropped from history too: each day that a device's clock can name makes an index; 0 = no age limit"`
	ClockAhead    time.Duration `key:"clockAhead" default:"2s" range:"0|1ms..1h" doc:"how far a device's clock may be ahead of the time of receipt, which counts instead beyond it"`
	OutlierSpeed  float64       `key:"outlierSpeed" default:"100" unit:"m/s" range:"0|1..10000" doc:"a ping that would need a greater speed is dropped from live; 0 = off"`
	OutlierSlack  float64       `key:"outlierSlack" default:"200" unit:"m" range:"0..100000" doc:"jump that noise alone may make, beside the pings' own accuracy"`
	OutlierFixes  int           `key:"outlierFixes" default:"3" unit:"pings" range:"0..1000" doc:"so many that agree with one another move the driver where they are"`
	MoveDistance  float64       `key:"moveDistance" default:"0" unit:"m" range:"0..10000" doc:"pings nearer than this to the last one written are dropped from live, which is then wrong by up to that much; 0 = off"`
	MoveHeartbeat time.Duration `key:"moveHeartbeat" default:"30s" range:"0|1s..1h" doc:"a ping passes the movement gate after so long in any case"`
	MaxDrivers    int           `key:"maxDrivers" default:"100000" unit:"drivers" range:"1..50000000" doc:"that gps-live remembers per partition, about 300 bytes each, for its window and its gates; those silent longest are forgotten and start anew"`
	KeepDays      int           `key:"keepDays" default:"0" unit:"days" range:"0..36500" doc:"whole days of history that are kept before today's; 0 = for ever"`
}

type httpConfig struct {
	Listen       string        `key:"listen" default:"127.0.0.1:8080" doc:"gateway and query; port 0 = any free one"`
	MaxConns     int           `key:"maxConns" default:"4096" range:"1..1000000" doc:"connections open at once; more wait"`
	StopGrace    time.Duration `key:"stopGrace" default:"0" range:"0..10s" doc:"after the stop still accepting while /readyz says no, so that a balancer can turn away"`
	DrainTimeout time.Duration `key:"drainTimeout" default:"8s" range:"100ms..10s" doc:"for requests in flight at the stop"`
}

type gatewayConfig struct {
	MaxBody        settings.Size `key:"maxBody" default:"8MiB" range:"1KiB..1GiB" doc:"one body, on the wire and unpacked"`
	MaxRecords     int           `key:"maxRecords" default:"10000" range:"1..1000000" doc:"in one body"`
	MaxRecord      settings.Size `key:"maxRecord" default:"64KiB" range:"256B..16MiB" doc:"one record"`
	MaxInFlight    int           `key:"maxInFlight" default:"1024" range:"1..100000" doc:"requests being read or published at once; more are told 503"`
	Memory         settings.Size `key:"memory" default:"128MiB" range:"1MiB..64GiB" doc:"of those requests; more is told 503"`
	PublishTimeout time.Duration `key:"publishTimeout" default:"4s" range:"10ms..4s" doc:"for Kafka to acknowledge a request before its client is told 503"`
}

type keysConfig struct {
	File             string        `key:"file" doc:"API keys: per line an id and one or two hex SHA-256 of its secrets; empty = everybody is let in"`
	RecordsPerSecond float64       `key:"recordsPerSecond" default:"0" range:"0..1000000000" doc:"each client's quota of records; 0 = none"`
	BurstRecords     int           `key:"burstRecords" default:"0" range:"0..1000000000" doc:"records that a client may send at once, at least gateway.maxRecords; 0 = ten seconds' worth"`
	BytesPerSecond   settings.Size `key:"bytesPerSecond" default:"0" range:"0..1024GiB" doc:"each client's quota of body bytes, unpacked; 0 = none"`
	BurstBytes       settings.Size `key:"burstBytes" default:"0" range:"0..1024GiB" doc:"body bytes that a client may send at once, at least gateway.maxBody; 0 = ten seconds' worth"`
}

type queryConfig struct {
	Timeout     time.Duration `key:"timeout" default:"3s" range:"10ms..5m" doc:"for the store to answer one question"`
	MaxInFlight int           `key:"maxInFlight" default:"256" range:"1..100000" doc:"questions at once, live streams aside; more are told 503"`
	MaxAge      time.Duration `key:"maxAge" default:"60s" range:"1s..24h" doc:"of a position when the question names none"`
	MaxRadius   float64       `key:"maxRadius" default:"50000" unit:"m" range:"3000..20040000" doc:"that a question may name"`
	MaxLimit    int           `key:"maxLimit" default:"500" range:"20..10000" doc:"drivers that a question may name"`
	Streams     int           `key:"streams" default:"256" range:"1..100000" doc:"live streams at once"`
	Poll        time.Duration `key:"poll" default:"1s" range:"50ms..1m" doc:"between two polls of a live stream's box"`
	Peers       []string      `key:"peers" doc:"ops listeners of the other processes, http://host:port, asked for their part of /v1/pipelines; a host name with several addresses is asked at each"`
}

type opsConfig struct {
	Listen string `key:"listen" default:"127.0.0.1:9100" doc:"/healthz /readyz /metrics /debug/pprof; keep it away from clients; port 0 = any free one"`
}
