package redis

import (
	"context"
	"crypto/tls"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// How connections are kept.
const (
	bufferBytes   = 256 << 10 // of a connection, each way: a pipeline is some hundred kilobytes
	idleTimeout   = 5 * time.Minute
	maxRedirects  = 3 // of one command that meets a slot which has moved, or moves
	minTLSVersion = tls.VersionTLS12
)

// newClient makes the one client of a store. It dials when it is used. It repeats nothing by itself: what failed goes
// back to the lane, or to whoever asked.
func newClient(cfg *Config) (goredis.UniversalClient, error) {
	roots, err := readRoots(cfg.CAFile)
	if err != nil {
		return nil, err
	}
	options := &goredis.UniversalOptions{
		Addrs: cfg.Addrs, MasterName: cfg.MasterName, IsClusterMode: cfg.Cluster, DB: cfg.DB,
		Username: cfg.Username, Password: string(cfg.Password),
		SentinelUsername: cfg.SentinelUsername, SentinelPassword: string(cfg.SentinelPassword),
		ClientName: "sluice", Protocol: 2, DisableIdentity: true,
		MaxRetries: -1, DialerRetries: 1, MaxRedirects: maxRedirects,
		DialTimeout: cfg.DialTimeout, ReadTimeout: cfg.CallTimeout, WriteTimeout: cfg.CallTimeout, ContextTimeoutEnabled: true,
		PoolSize: cfg.PoolSize, PoolTimeout: cfg.CallTimeout, ConnMaxIdleTime: idleTimeout,
		ReadBufferSize: bufferBytes, WriteBufferSize: bufferBytes,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if cfg.TLS {
		options.TLSConfig = &tls.Config{MinVersion: minTLSVersion, RootCAs: roots}
	}
	silenced.Do(silence)
	return goredis.NewUniversalClient(options), nil
}

// silenced sees to it that the library's logger, which all clients of a process share, is set once, before the first of them.
var silenced sync.Once //nolint:gochecknoglobals // it guards a global of the library

// silence lets the library say nothing: what it would log comes back as an error as well.
func silence() { goredis.SetLogger(mute{}) }

// mute is a logger that is none.
type mute struct{}

// Printf drops the line.
func (mute) Printf(context.Context, string, ...any) {}

// eachPrimary calls a function with every server that takes writes.
func eachPrimary(ctx context.Context, client goredis.UniversalClient, do func(ctx context.Context, primary goredis.Cmdable) error) error {
	if cluster, ok := client.(*goredis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, primary *goredis.Client) error { return do(ctx, primary) })
	}
	return do(ctx, client)
}
