package main

import (
	"time"

	"sluice/internal/settings"
)

// config is every setting: one YAML file, and an environment variable for each key.
type config struct {
	Kafka    kafkaConfig    `key:"kafka"`
	Topic    topicConfig    `key:"topic"`
	Data     dataConfig     `key:"data"`
	Elastic  elasticConfig  `key:"elastic"`
	Index    indexConfig    `key:"index"`
	Pipeline pipelineConfig `key:"pipeline"`
	GPS      gpsConfig      `key:"gps"`
	Redis    redisConfig    `key:"redis"`
	Key      keyConfig      `key:"key"`
	Levels   levelsConfig   `key:"levels"`
	Jobs     jobsConfig     `key:"jobs"`
	Webhook  webhookConfig  `key:"webhook"`
	HTTP     httpConfig     `key:"http"`
	Gateway  gatewayConfig  `key:"gateway"`
	Keys     keysConfig     `key:"keys"`
	Query    queryConfig    `key:"query"`
	Ops      opsConfig      `key:"ops"`
	Log      logConfig      `key:"log"`
	Trace    traceConfig    `key:"trace"`
	Memory   memoryConfig   `key:"memory"`
	Rules    string         `key:"rules" doc:"the rules of member levels (YAML): levels, products, coupons, time zone; empty = those built in, see sluice rules print"`
	TimeZone string         `key:"timezone" doc:"of the business calendar, an IANA name, instead of the rules' own; empty = that one"`
	Check    bool           `key:"check" default:"true" doc:"refuse to run without the topics and templates that setup makes; off only in front of a server that stands in for Elasticsearch"`

	together   bool       // all is in one process, stores and broker too: no setting, see together.go
	failpoints failpoints // where a drill kills this process; no setting, and nothing in a release
}

type kafkaConfig struct {
	Brokers          []string      `key:"brokers" default:"127.0.0.1:9092" doc:"host:port of any brokers of the cluster"`
	ClientID         string        `key:"clientId" default:"sluice" doc:"names this process in the brokers' logs and quotas"`
	InstanceID       string        `key:"instanceId" doc:"static membership: a process that restarts within sessionTimeout under the same id gets its partitions back without a rebalance; no two processes may share one; empty = dynamic"`
	SessionTimeout   time.Duration `key:"sessionTimeout" default:"6s" range:"1s..30m" doc:"a member silent for so long is dead, and others take over; brokers allow no less than 6s unless told otherwise"`
	RebalanceTimeout time.Duration `key:"rebalanceTimeout" default:"30s" range:"1s..30m" doc:"a revoked partition has so long to drain; above pipeline.drainTimeout"`
	DialTimeout      time.Duration `key:"dialTimeout" default:"3s" range:"10ms..1m" doc:"opening one connection"`
	RequestTimeout   time.Duration `key:"requestTimeout" default:"10s" range:"100ms..5m" doc:"one request's answer"`
	Compression      string        `key:"compression" default:"lz4" oneOf:"lz4|zstd|snappy|gzip|none" doc:"of what is published: lz4, zstd, snappy, gzip or none"`
	TLS              tlsConfig     `key:"tls"`
	SASL             saslConfig    `key:"sasl"`
}

type tlsConfig struct {
	Enabled    bool   `key:"enabled" default:"false" doc:"speak TLS to the brokers"`
	CAFile     string `key:"caFile" doc:"PEM of the authorities to trust; empty = the system's"`
	CertFile   string `key:"certFile" doc:"PEM of the client's certificate; empty = none"`
	KeyFile    string `key:"keyFile" doc:"PEM of its key"`
	ServerName string `key:"serverName" doc:"expected in the brokers' certificates; empty = the broker's host"`
}

type saslConfig struct {
	Mechanism string          `key:"mechanism" oneOf:"PLAIN|SCRAM-SHA-256|SCRAM-SHA-512" doc:"PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; empty = no SASL"`
	User      string          `key:"user" doc:"the user; required with a mechanism"`
	Password  settings.Secret `key:"password" doc:"the password; required with a mechanism"`
}

type topicConfig struct {
	Prefix        string        `key:"prefix" doc:"put before every topic and consumer group; empty = none"`
	Partitions    int           `key:"partitions" default:"8" range:"1..10000" doc:"of each topic that setup makes: the most processes that can share a pipeline"`
	Replicas      int           `key:"replicas" default:"1" range:"1..32" doc:"copies of each partition that setup makes; 1 survives no lost broker, use 3"`
	MinISR        int           `key:"minIsr" default:"1" range:"1..32" doc:"copies that must have a record before it counts as acknowledged; with 3 replicas use 2"`
	MaxMessage    settings.Size `key:"maxMessage" default:"1MiB" range:"4KiB..64MiB" doc:"largest batch of records that a topic takes, its max.message.bytes"`
	Retention     time.Duration `key:"retention" default:"0" range:"0|1m..87600h" doc:"how long records are kept, dead letters aside; a Redis that lost its data is filled again from them; 0 = the brokers' default"`
	DeadRetention time.Duration `key:"deadRetention" default:"336h" range:"0|1m..87600h" doc:"how long dead letters are kept; 0 = the brokers' default"`
}

type elasticConfig struct {
	URLs           []string        `key:"urls" default:"http://127.0.0.1:9200" doc:"http or https addresses; requests take turns"`
	APIKey         settings.Secret `key:"apiKey" doc:"API key in its base64 form; empty = none"`
	Username       string          `key:"username" doc:"basic authentication; empty = none"`
	Password       settings.Secret `key:"password" doc:"of username"`
	CAFile         string          `key:"caFile" doc:"PEM of the authorities to trust; empty = the system's"`
	Gzip           bool            `key:"gzip" default:"false" doc:"compress bulk bodies: saves a network, costs both processors"`
	MaxBody        settings.Size   `key:"maxBody" default:"8MiB" range:"1KiB..100MiB" doc:"largest bulk request before compression; at most the cluster's http.max_content_length"`
	RequestTimeout time.Duration   `key:"requestTimeout" default:"60s" range:"100ms..10m" doc:"for a bulk request with its answer"`
	MaxInFlight    int             `key:"maxInFlight" default:"8" range:"1..256" doc:"bulk requests of one pipeline under way at once, the cap of the adaptive limit"`
}

type indexConfig struct {
	Prefix   string        `key:"prefix" doc:"put before every index, alias and template; empty = none"`
	Shards   int           `key:"shards" default:"1" range:"1..1024" doc:"primary shards of each index that is made from now on"`
	Replicas int           `key:"replicas" default:"1" range:"0..32" doc:"copies of each shard; 0 survives no lost node"`
	Refresh  time.Duration `key:"refresh" default:"1s" range:"1ms..1h" doc:"how late a write may become searchable"`
}

type logConfig struct {
	Level  string `key:"level" default:"info" oneOf:"debug|info|warn|error" doc:"debug, info, warn or error"`
	Format string `key:"format" default:"auto" oneOf:"auto|json|console" doc:"json, console, or auto: console on a terminal"`
}

type memoryConfig struct {
	Limit     settings.Size `key:"limit" default:"300MiB" range:"0|64MiB..1024GiB" doc:"of Go's heap and stacks, soft: the collector works harder near it; a gateway with other roles in its process adds a third of it, as in sluice up; the program (35MiB) and SQLite's caches in sluice up (160MiB) come on top; GOMEMLIMIT in the environment has the last word; 0 = none"`
	GCPercent int           `key:"gcPercent" default:"400" unit:"%" range:"1..10000" doc:"growth of the heap before it is collected; higher is faster and larger; in sluice up at most 150; GOGC in the environment has the last word"`
}
