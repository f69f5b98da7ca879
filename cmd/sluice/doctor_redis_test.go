package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"time"

	"sluice/schemas"
	"sluice/sinks/embedded"
	"sluice/sinks/redis"
)

func TestDoctorJudgesRedis(t *testing.T) {
	cfg := defaults(t)
	cfg.Redis.TLS, cfg.Redis.Password = true, "x"
	sound := redis.Server{Addr: "r:7000", Version: "7.4.5", Mode: "standalone", Role: "master", Policy: "noeviction", AppendOnly: true, MaxMemory: 100, UsedMemory: 10}
	for name, c := range map[string]struct {
		change func(*redis.Server)
		want   []string
	}{
		"sound":        {change: func(*redis.Server) {}},
		"evicts":       {func(s *redis.Server) { s.Policy = "allkeys-lru" }, []string{"fail maxmemory-policy is allkeys-lru => redis-cli -h r -p 7000 --tls --askpass CONFIG SET maxmemory-policy noeviction"}},
		"forgets":      {func(s *redis.Server) { s.AppendOnly = false }, []string{"warn appendonly is no => CONFIG SET appendonly yes"}},
		"old":          {func(s *redis.Server) { s.Version = "6.2.1" }, []string{"fail Redis 6.2.1 is older than 7 => run Redis 7.2"}},
		"a replica":    {func(s *redis.Server) { s.Role = "slave" }, []string{"fail it is a replica => SLUICE_REDIS_MASTER_NAME="}},
		"a full disk":  {func(s *redis.Server) { s.WriteErrors = true }, []string{"warn its last write to disk failed => INFO persistence"}},
		"nearly full":  {func(s *redis.Server) { s.UsedMemory = 95 }, []string{"warn 95 of 100 bytes => CONFIG SET maxmemory 200"}},
		"many at once": {func(s *redis.Server) { s.Policy, s.AppendOnly = "volatile-ttl", false }, []string{"fail maxmemory-policy is volatile-ttl", "warn appendonly is no"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := sound
			c.change(&server)
			verdict{judgeServers(cfg, redis.Report{Servers: []redis.Server{server}}), c.want}.holds(t)
		})
	}
}

func TestDoctorJudgesWhatIsInTheStore(t *testing.T) {
	cfg := defaults(t)
	now := time.UnixMilli(1790000000000)
	for name, c := range map[string]verdict{
		"epochs":                {judgeEpochs(cfg, "level.epochs", 7, 7), nil},
		"no epochs yet":         {judgeEpochs(cfg, "level.epochs", 0, 0), nil},
		"epochs made anew":      {judgeEpochs(cfg, "level.epochs", 2, 7), []string{"warn was made anew: it ends at 2, the store has epoch 7 => seq 5 | kafka-console-producer.sh --bootstrap-server 127.0.0.1:9092 --topic level.epochs"}},
		"ticks":                 {judgeFences(cfg, "jobs.ticks", 8, 7), nil},
		"no ticks yet":          {judgeFences(cfg, "jobs.ticks", 0, -1), nil},
		"ticks made anew":       {judgeFences(cfg, "jobs.ticks", 2, 7), []string{"fail was made anew: it ends at 2, the store has seen tick 7 => seq 6 |"}},
		"published":             {judgeOutbox("r:1", outboxLag{waiting: 3, oldest: time.Second}), nil},
		"not published":         {judgeOutbox("r:1", outboxLag{waiting: 3, oldest: time.Hour}), []string{"warn has waited for 1h0m0s in 3 buckets => sluice run jobs"}},
		"another form":          {judgeBuckets(cfg, "r:1", redis.Report{Form: 1}), []string{"fail keeps members in form 1, this build in form 2 => SLUICE_KEY_PREFIX=NEW"}},
		"a new store":           {judgeBuckets(cfg, "r:1", redis.Report{}), nil},
		"a file":                {judgeLevelsFile("d", "d/levels", embedded.LevelsLook{Buckets: 16}, nil, now), nil},
		"a file being repaired": {judgeLevelsFile("d", "d/levels", embedded.LevelsLook{Buckets: 16, Recovering: 1}, nil, now), []string{"warn 1 bucket is to read back => sluice lag"}},
		"a file that waits":     {judgeLevelsFile("d", "d/levels", embedded.LevelsLook{Waiting: 1, Oldest: now.Add(-time.Hour).UnixMilli()}, nil, now), []string{"warn waited for 1h0m0s => sluice up --data d"}},
		"a file of a later day": {judgeLevelsFile("d", "d/levels", embedded.LevelsLook{}, fmt.Errorf("x: %w", embedded.ErrFormat), now), []string{"fail x => with the version that made it"}},
		"another's file":        {judgeLevelsFile("d", "d/levels", embedded.LevelsLook{}, fs.ErrPermission, now), []string{"fail permission => sudo sluice doctor --data d"}},
		"a damaged file":        {judgeLevelsFile("d", "d/levels", embedded.LevelsLook{}, fmt.Errorf("%w: malformed", embedded.ErrDamaged), now), []string{"fail malformed => mv d/levels d/levels.damaged"}},
		"an unreadable disk":    {judgeLevelsFile("d", "d/levels", embedded.LevelsLook{}, errors.New("disk I/O error"), now), []string{"fail disk I/O error => look at the disk"}},
	} {
		t.Run(name, c.holds)
	}
}

func TestDoctorSaysWhyRedisDoesNotAnswer(t *testing.T) {
	away := func(text string) error { return fmt.Errorf("%w: %s", schemas.ErrUnavailable, text) }
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"away":           {away("dial tcp: connection refused"), "fail refused => SLUICE_REDIS_ADDRS="},
		"a password":     {errors.New("the server answers unauthorized"), "fail unauthorized => SLUICE_REDIS_PASSWORD_FILE="},
		"a right":        {errors.New("the server answers forbidden"), "fail forbidden => ACL LOG"},
		"an authority":   {away("tls: failed to verify certificate: x509: unknown authority"), "fail x509 => SLUICE_REDIS_CA_FILE="},
		"no TLS":         {away("tls: first record does not look like a TLS handshake"), "fail TLS => SLUICE_REDIS_TLS=false"},
		"slow":           {context.DeadlineExceeded, "fail deadline => SLOWLOG"},
		"not understood": {errors.New("the answer is not one of ours"), "fail not one of ours => should have been understood"},
	} {
		t.Run(name, verdict{only(redisFailed("redis", "r:1", c.err)), []string{c.want}}.holds)
	}
}

// Where Redis is away its part says so once, and what depends on it is skipped.
func TestDoctorWithoutRedis(t *testing.T) {
	_, found := examine(t, []string{
		"SLUICE_KAFKA_BROKERS=127.0.0.1:1", "SLUICE_ELASTIC_URLS=http://127.0.0.1:1", "SLUICE_REDIS_ADDRS=127.0.0.1:1",
		"SLUICE_HTTP_LISTEN=127.0.0.1:0", "SLUICE_OPS_LISTEN=127.0.0.1:0",
	})
	for _, want := range [][]string{
		{"fail | redis | 127.0.0.1:1", "connection refused", "SLUICE_REDIS_ADDRS="},
		{"skip | server", "Redis does not answer"},
		{"skip | numbers", "Redis does not answer"},
		{"skip | outbox", "Redis does not answer"},
	} {
		if !has(found, want...) {
			t.Errorf("nothing of %q in %q", want, found)
		}
	}
}

// A counter with several partitions would give a number twice.
func TestDoctorWantsOnePartitionOfACounter(t *testing.T) {
	cfg := defaults(t)
	cfg.Topic.Partitions, cfg.Topic.Prefix = 4, "p-"
	seen := 0
	for _, spec := range topicSpecs(cfg) {
		if !slices.Contains(counters(), spec.Name) {
			continue
		}
		seen++
		state := sound(spec)
		verdict{judgeTopic(cfg, spec, state), nil}.holds(t)
		state.Partitions = append(state.Partitions, state.Partitions[0])
		verdict{judgeTopic(cfg, spec, state), []string{"fail has 2 partitions and must have one => kafka-topics.sh --bootstrap-server 127.0.0.1:9092 --delete --topic p-" + spec.Name + " && sluice setup"}}.holds(t)
	}
	if seen != len(counters()) {
		t.Errorf("%d topics of one partition", seen)
	}
}
