package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"sluice/internal/doctor"
	"sluice/schemas"
	"sluice/sinks/redis"
)

// redisPart is Redis, and the member levels in it.
func redisPart(cfg *config, n *numbers) (doctor.Part, func() error, error) {
	by, err := cfg.rules()
	if err != nil {
		return doctor.Part{}, nil, err
	}
	look, err := redis.New(cfg.redis(by), nil)
	if err != nil {
		return doctor.Part{}, nil, err
	}
	where := strings.Join(cfg.Redis.Addrs, ",")
	ask := func(what string, judge func(ctx context.Context, report redis.Report) []doctor.Finding) func(context.Context) []doctor.Finding {
		return func(ctx context.Context) []doctor.Finding {
			report, err := look.Inspect(ctx)
			if err != nil {
				return remindOfData(ctx, cfg, only(redisFailed(what, where, err)), err)
			}
			return judge(ctx, report)
		}
	}
	return doctor.Part{
		Name: "Redis",
		Reach: []doctor.Check{{What: "redis", Where: where, Run: ask("redis", func(_ context.Context, report redis.Report) []doctor.Finding {
			return only(doctor.Good("redis", where, "answers: "+count(len(report.Servers), "server")))
		})}},
		Checks: []doctor.Check{
			{What: "server", Where: where, Run: ask("server", func(_ context.Context, report redis.Report) []doctor.Finding { return judgeServers(cfg, report) })},
			{What: "buckets", Where: where, Run: ask("buckets", func(_ context.Context, report redis.Report) []doctor.Finding { return judgeBuckets(cfg, where, report) })},
			{What: "numbers", Where: where, Run: ask("numbers", func(ctx context.Context, report redis.Report) []doctor.Finding {
				return n.check(ctx, report.Epoch, report.Fence)
			})},
			{What: "outbox", Where: where, Run: func(ctx context.Context) []doctor.Finding {
				lag, err := outboxLagOf(ctx, look, time.Now())
				if err != nil {
					return only(redisFailed("outbox", where, err))
				}
				return judgeOutbox(where, lag)
			}},
		},
	}, look.Close, nil
}

// judgeServers turns what is wrong with each server into findings.
func judgeServers(cfg *config, report redis.Report) []doctor.Finding {
	var found []doctor.Finding
	all := report.Complaints()
	for i := range report.Servers {
		server := &report.Servers[i]
		j := judged{what: "server", where: server.Addr}
		for _, c := range all {
			switch {
			case c.Server != server.Addr:
			case c.Fatal:
				j.fail(redisFix(cfg, server, c), "%s", c.Detail)
			default:
				j.warn(redisFix(cfg, server, c), "%s", c.Detail)
			}
		}
		found = append(found, j.or("version %s, noeviction, a log on disk, %s", server.Version, count(server.Replicas, "replica"))...)
	}
	return found
}

// redisFix is the command that mends a complaint; what the store says itself when there is none.
func redisFix(cfg *config, server *redis.Server, c redis.Complaint) string {
	cli := redisCLI(cfg, server.Addr)
	switch c.Code {
	case "eviction":
		return cli + " CONFIG SET maxmemory-policy noeviction # and in its redis.conf"
	case "persistence":
		return cli + " CONFIG SET appendonly yes # and in its redis.conf"
	case "memory":
		return fmt.Sprintf("%s CONFIG SET maxmemory %d # when its machine has it, and in its redis.conf; or a Cluster of more servers", cli, 2*server.MaxMemory)
	case "disk":
		return cli + " INFO persistence # then its log and its disk"
	case "read_only":
		return "SLUICE_REDIS_ADDRS=HOST:26379 SLUICE_REDIS_MASTER_NAME=NAME # the Sentinels; or the address of the primary"
	case "version":
		return "run Redis 7.2 or newer there"
	}
	return c.Fix
}

// redisCLI is how an operator speaks to a server.
func redisCLI(cfg *config, addr string) string {
	command := "redis-cli"
	if host, port, err := net.SplitHostPort(addr); err == nil {
		command += " -h " + host + " -p " + port
	}
	if cfg.Redis.TLS {
		command += " --tls"
	}
	if cfg.Redis.Password != "" {
		command += " --askpass"
	}
	return command
}

// judgeBuckets compares how many parts the store has with the configuration.
func judgeBuckets(cfg *config, where string, report redis.Report) []doctor.Finding {
	j := judged{what: "buckets", where: where}
	if i := slices.IndexFunc(report.Complaints(), func(c redis.Complaint) bool { return c.Code == "buckets" }); i >= 0 {
		j.fail(fmt.Sprintf("SLUICE_LEVELS_BUCKETS=%d # or SLUICE_KEY_PREFIX of its own: the number of a store never changes", report.Buckets), "%s", report.Complaints()[i].Detail)
	}
	if i := slices.IndexFunc(report.Complaints(), func(c redis.Complaint) bool { return c.Code == "form" }); i >= 0 {
		j.fail("SLUICE_KEY_PREFIX=NEW # or FLUSHDB, where nothing else is kept: Kafka is read again either way", "%s", report.Complaints()[i].Detail)
	}
	if report.Buckets == 0 {
		return j.or("none yet: the first use makes %d", cfg.Levels.Buckets)
	}
	return j.or("%d", report.Buckets)
}

// outboxWarn is how long what is to be published may wait before it is said.
const outboxWarn = time.Minute

// judgeOutbox says whether somebody publishes.
func judgeOutbox(where string, lag outboxLag) []doctor.Finding {
	j := judged{what: "outbox", where: where}
	if lag.oldest >= outboxWarn {
		j.warn("sluice run jobs # the role that publishes; when one runs its log says why", "the oldest of what is to be published has waited for %s in %s", rounded(lag.oldest), count(lag.waiting, "bucket"))
	}
	return j.or("%s", lag)
}

// redisFailed is the finding when a question has no answer.
func redisFailed(what, where string, err error) doctor.Finding {
	fix := "SLUICE_REDIS_ADDRS=host:6379 # of a server that runs; or start this one"
	text := err.Error()
	switch {
	case strings.Contains(text, "unauthorized"):
		fix = "SLUICE_REDIS_PASSWORD_FILE=/etc/sluice/redis-password # and SLUICE_REDIS_USERNAME, unless it is the default user's"
	case strings.Contains(text, "forbidden"):
		fix = "redis-cli ACL LOG # says what this user may not; it needs its keys and +@read +@write +@scripting +info +ping"
	case strings.Contains(text, "x509"):
		fix = "SLUICE_REDIS_CA_FILE=/path/to/ca.pem"
	case strings.Contains(text, "HTTP response"), strings.Contains(text, "first record does not look like a TLS handshake"):
		fix = "SLUICE_REDIS_TLS=false"
	case errors.Is(err, context.DeadlineExceeded):
		fix = "sluice doctor # again; when it stays: redis-cli SLOWLOG GET"
	case !errors.Is(err, schemas.ErrUnavailable):
		fix = "sluice doctor # again; when it stays, look at " + where + ": the question should have been understood"
	}
	return doctor.Failure(what, where, text, fix)
}
