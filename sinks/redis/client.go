package redis

import (
	"context"
	"crypto/tls"
	"io"
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

// servers are those of one store, by its one client. They are no goredis.UniversalClient, on purpose: from that type the
// library's generic ones can be reached, and every package that holds a value from which they can be, cmd/sluice too,
// compiles some fifteen hundred wrappers of their methods (TestLevelsHideTheWholeClient).
type servers struct {
	client      goredis.Cmdable // of one command, wherever its key is
	connections io.Closer
	eachPrimary func(ctx context.Context, do func(ctx context.Context, primary goredis.Cmdable) error) error // calls do with each that takes writes
}

// newServers makes the one client of a store. It dials when it is used. It repeats nothing by itself: what failed goes
// back to the lane, or to whoever asked.
func newServers(cfg *Config) (servers, error) {
	roots, err := readRoots(cfg.CAFile)
	if err != nil {
		return servers{}, err
	}
	options := &goredis.UniversalOptions{
		Addrs: cfg.Addrs, MasterName: cfg.MasterName, IsClusterMode: cfg.Cluster, DB: cfg.DB,
		Username: cfg.Username, Password: string(cfg.Password),
		SentinelUsername: cfg.SentinelUsername, SentinelPassword: string(cfg.SentinelPassword),
		ClientName: "sluice", Protocol: 2, DisableIdentity: true,
		MaxRetries: -1, DialerRetries: 1, MaxRedirects: maxRedirects,
		DialTimeout: cfg.DialTimeout, ReadTimeout: cfg.CallTimeout, WriteTimeout: cfg.CallTimeout, ContextTimeoutEnabled: true,
		PoolSize: cfg.PoolSize, PoolTimeout: cfg.CallTimeout, ConnMaxIdleTime: idleTimeout, PipelinePoolSize: -1,
		ReadBufferSize: bufferBytes, WriteBufferSize: bufferBytes,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if cfg.TLS {
		options.TLSConfig = &tls.Config{MinVersion: minTLSVersion, RootCAs: roots}
	}
	silenced.Do(silence)
	client := goredis.NewUniversalClient(options)
	return servers{client: client, connections: client, eachPrimary: primariesOf(client)}, nil
}

// silenced sees to it that the library's logger, which all clients of a process share, is set once, before the first of them.
var silenced sync.Once //nolint:gochecknoglobals // it guards a global of the library

// silence lets the library say nothing: what it would log comes back as an error as well.
func silence() { goredis.SetLogger(mute{}) }

// mute is a logger that is none.
type mute struct{}

// Printf drops the line.
func (mute) Printf(context.Context, string, ...any) {}

// primariesOf returns what calls a function with every server that takes writes.
func primariesOf(client goredis.UniversalClient) func(context.Context, func(context.Context, goredis.Cmdable) error) error {
	return func(ctx context.Context, do func(ctx context.Context, primary goredis.Cmdable) error) error {
		if cluster, ok := client.(*goredis.ClusterClient); ok {
			return cluster.ForEachMaster(ctx, func(ctx context.Context, primary *goredis.Client) error { return do(ctx, primary) })
		}
		return do(ctx, client)
	}
}
