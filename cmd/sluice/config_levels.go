package main

import (
	"errors"
	"strings"
	"time"

	"sluice/internal/jobs"
	"sluice/internal/kafka"
	"sluice/internal/relay"
	"sluice/internal/settings"
	"sluice/pipelines/orders"
	"sluice/schemas/rules"
	"sluice/sinks/embedded"
	"sluice/sinks/redis"
)

type keyConfig struct {
	Prefix string `key:"prefix" doc:"put before every key in Redis; empty = none"`
}

type redisConfig struct {
	Addrs            []string        `key:"addrs" default:"127.0.0.1:6379" doc:"host:port of the server, of nodes of a Cluster, or of the Sentinels"`
	MasterName       string          `key:"masterName" doc:"what the Sentinels call the primary; empty = addrs are no Sentinels"`
	Cluster          bool            `key:"cluster" default:"false" doc:"addrs are nodes of a Cluster, even when there is one only; two or more always are"`
	DB               int             `key:"db" default:"0" range:"0..1048576" doc:"database of a server; a Cluster has only 0"`
	Username         string          `key:"username" doc:"empty = the default user"`
	Password         settings.Secret `key:"password" doc:"of username; empty = none"`
	SentinelUsername string          `key:"sentinelUsername" doc:"empty = the Sentinels' default user"`
	SentinelPassword settings.Secret `key:"sentinelPassword" doc:"of sentinelUsername; empty = the Sentinels ask for none"`
	TLS              bool            `key:"tls" default:"false" doc:"speak TLS, to the Sentinels as well"`
	CAFile           string          `key:"caFile" doc:"PEM of the authorities to trust; empty = the system's"`
	CallTimeout      time.Duration   `key:"callTimeout" default:"10s" range:"100ms..5m" doc:"for one pipeline of calls with its answers"`
	PoolSize         int             `key:"poolSize" default:"16" range:"1..4096" doc:"connections to one server"`
}

type levelsConfig struct {
	Buckets      int `key:"buckets" default:"256" range:"1..4096" doc:"parts that members in Redis are spread over; a store keeps the number of its first use and refuses another"`
	MaxOrders    int `key:"maxOrders" default:"100000" unit:"orders" range:"1..1000000" doc:"of one member in a month, in Redis; one more is dead-lettered as too_many_orders"`
	MaxPurchases int `key:"maxPurchases" default:"1000" unit:"purchases" range:"1..2000" doc:"of one member; one more is dead-lettered as too_many_purchases"`
	MaxOutbox    int `key:"maxOutbox" default:"1000000" unit:"changes" range:"1..1000000000" doc:"that wait in one bucket to be published; while it is full, events of its members wait"`
}

type jobsConfig struct {
	Grace  time.Duration `key:"grace" default:"5m" range:"1s..24h" doc:"after a month's turn, in which falls are not announced: orders of the month may still come; reads are right in any case"`
	Jitter time.Duration `key:"jitter" default:"1m" range:"1ms..11h" doc:"coupons of one plan are spread over so long"`
}

// rules are those of the file, or the ones built in, by the calendar of timezone where that is set.
func (c *config) rules() (by *rules.Rules, err error) {
	by = rules.Default()
	if c.Rules != "" {
		if by, err = readRules(c.Rules); err != nil {
			return nil, under("rules", err)
		}
	}
	if c.TimeZone == "" {
		return by, nil
	}
	if by, err = by.In(c.TimeZone); err != nil {
		return nil, under("timezone", errors.New(strings.TrimPrefix(err.Error(), "timeZone: ")))
	}
	return by, nil
}

// under begins each line of an error with a key.
func under(key string, err error) error {
	var lines []error
	for line := range strings.SplitSeq(err.Error(), "\n") {
		lines = append(lines, errors.New(key+": "+line))
	}
	return errors.Join(lines...)
}

func (c *config) redis(by *rules.Rules) redis.Config {
	r := &c.Redis
	return redis.Config{
		Addrs: r.Addrs, MasterName: r.MasterName, Cluster: r.Cluster, DB: r.DB, Username: r.Username,
		Password: redis.Secret(r.Password), SentinelUsername: r.SentinelUsername,
		SentinelPassword: redis.Secret(r.SentinelPassword), TLS: r.TLS, CAFile: r.CAFile, KeyPrefix: c.Key.Prefix,
		Buckets: c.Levels.Buckets, CallTimeout: r.CallTimeout, PoolSize: r.PoolSize,
		MaxOrders: c.Levels.MaxOrders, MaxPurchases: c.Levels.MaxPurchases, MaxOutbox: c.Levels.MaxOutbox, Rules: by,
	}
}

func (c *config) embeddedLevels(dir string, by *rules.Rules) embedded.LevelsConfig {
	return embedded.LevelsConfig{
		Dir: dir, Rules: by, NoSync: !c.Data.Sync, MaxPurchases: c.Levels.MaxPurchases, MaxOutbox: c.Levels.MaxOutbox,
	}
}

func (c *config) orders(by *rules.Rules) orders.Config { return orders.Config{Rules: by} }

func (c *config) jobs() jobs.Config {
	return jobs.Config{Grace: c.Jobs.Grace, Jitter: c.Jobs.Jitter}
}

func (c *config) bus() kafka.BusConfig {
	return kafka.BusConfig{Compression: kafka.Compression(c.Kafka.Compression)}
}

func (c *config) relay() relay.Config { return relay.Config{} }

// levels refuses what is wrong with the settings of member levels.
func (c *config) levels() error {
	by, err := c.rules()
	if err != nil {
		by = rules.Default() // what is wrong with Redis is said all the same
	}
	return errors.Join(err, c.sections()("redis", c.redis(by).Validate(), redisWords()...), c.sections()("jobs", c.jobs().Validate()))
}

// redisWords are what the store calls its settings, and their keys.
func redisWords() []string {
	return []string{
		"at least one address is", "addrs: at least one address is", "address ", "addrs: address ",
		"a Cluster and a master's name are", "cluster and redis.masterName are", "a Cluster has no database but 0", "db must be 0: a Cluster has no other database",
		"a user name is set without a password", "username is set without redis.password",
		"Sentinels' credentials are set without a master's name", "sentinelUsername or redis.sentinelPassword is set without redis.masterName",
		"certificates to trust are set without TLS", "caFile is set without redis.tls",
		"the prefix of keys", "key.prefix:",
	}
}
