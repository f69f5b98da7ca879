package redis

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"sluice/internal/stacktest"
	"sluice/sinks/sinkstest"
)

func TestLevels(t *testing.T) {
	addr := stacktest.Redis(t)
	sinkstest.TestLevels(t, func(t *testing.T, with sinkstest.LevelsSetup) sinkstest.LevelsSubject {
		return subject(t, Config{Addrs: []string{addr}, KeyPrefix: ownPrefix(t), Rules: with.Rules, Buckets: with.Buckets, Now: with.Now, CallTimeout: time.Minute})
	})
}

// prefixes counts the stores that the tests of this process have made.
var prefixes atomic.Int64 //nolint:gochecknoglobals // each must have keys of its own

// ownPrefix is one that no other test has; its keys go with the test.
func ownPrefix(t testing.TB) string {
	t.Helper()
	return fmt.Sprintf("sluice-test-%d-%d:", testRun(), prefixes.Add(1))
}

func subject(t *testing.T, cfg Config) sinkstest.LevelsSubject {
	l := open(t, cfg)
	t.Cleanup(func() { forget(t, cfg) })
	return sinkstest.LevelsSubject{
		Levels: l,
		Bucket: func(member string) int { return l.bucket([]byte(member)) },
		Lose:   func(t *testing.T) { forget(t, cfg) },
		Reopen: func(t *testing.T) sinkstest.LevelsSubject { return subject(t, cfg) },
	}
}

// open makes a store that is closed with the test.
func open(t testing.TB, cfg Config) *Levels {
	t.Helper()
	l, err := New(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// forget takes away all keys behind the configuration's prefix, as a server that was flushed.
func forget(t testing.TB, cfg Config) {
	t.Helper()
	client, err := newClient(new(cfg.withDefaults()))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	err = eachPrimary(ctx, client, func(ctx context.Context, primary goredis.Cmdable) error {
		keys := primary.Scan(ctx, 0, cfg.KeyPrefix+"*", 10_000).Iterator()
		for keys.Next(ctx) {
			if err := primary.Unlink(ctx, keys.Val()).Err(); err != nil {
				return err
			}
		}
		return keys.Err()
	})
	if err != nil {
		t.Errorf("forgetting: %v", err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}
