package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"sluice/internal/apikeys"
	"sluice/internal/doctor"
)

// machinePart is the machine that this command runs on: run it where sluice runs.
// takes is the memory of the processes that are meant.
func machinePart(cfg *config, takes []footprint) doctor.Part {
	check := func(what string, run func(context.Context) []doctor.Finding) doctor.Check {
		return doctor.Check{What: what, Where: "this machine", Run: run}
	}
	return doctor.Part{Name: "this machine", Checks: []doctor.Check{
		check("clock", func(context.Context) []doctor.Finding { return judgeOwnClock(time.Now()) }),
		check("files", func(context.Context) []doctor.Finding {
			var limit unix.Rlimit
			if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
				return only(doctor.Skipped("files", "this machine", err.Error()))
			}
			return judgeFiles(cfg, uint64(limit.Cur)) //nolint:unconvert // another type elsewhere
		}),
		check("memory", func(context.Context) []doctor.Finding { return judgeMemory(takes, machineMemory("/")) }),
		check("port", func(ctx context.Context) []doctor.Finding { return checkPort(ctx, "http.listen", cfg.HTTP.Listen) }),
		check("port", func(ctx context.Context) []doctor.Finding { return checkPort(ctx, "ops.listen", cfg.Ops.Listen) }),
		{What: "lanes", Where: "processes", Run: func(ctx context.Context) []doctor.Finding { return checkLanes(ctx, cfg) }},
		check("keys", func(context.Context) []doctor.Finding { return judgeKeys(cfg) }),
	}}
}

// builtAfter is before any binary of sluice: a clock that is earlier is wrong.
func builtAfter() time.Time { return time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC) }

func judgeOwnClock(now time.Time) []doctor.Finding {
	j := judged{what: "clock", where: "this machine"}
	if now.Before(builtAfter()) || now.Year() >= 2100 {
		j.fail("timedatectl set-ntp true", "says %s", now.UTC().Format(time.RFC3339))
	}
	return j.or("%s", now.UTC().Format(time.RFC3339))
}

// spareFiles are what a process opens beside its clients: brokers, Elasticsearch, logs.
const spareFiles = 512

func judgeFiles(cfg *config, limit uint64) []doctor.Finding {
	j := judged{what: "files", where: "this machine"}
	if need := uint64(cfg.HTTP.MaxConns) + spareFiles; limit < need {
		j.fail(fmt.Sprintf("ulimit -n %d # LimitNOFILE=%d in a unit; or SLUICE_HTTP_MAX_CONNS=%d", need, need, max(int64(limit)-spareFiles, 64)),
			"%d may be open, http.maxConns (%d) needs %d", limit, cfg.HTTP.MaxConns, need)
	}
	return j.or("%d may be open", limit)
}

// checkPort says whether an address is free, or held by a sluice that runs.
func checkPort(ctx context.Context, key, addr string) []doctor.Finding {
	j := judged{what: "port", where: key + " " + addr}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err == nil {
		if err := listener.Close(); err != nil {
			j.warn("sluice doctor # again", "%v", err)
		}
		return j.or("free")
	}
	fix := "SLUICE_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_")) + "=127.0.0.1:0 # any free port"
	switch {
	case errors.Is(err, syscall.EADDRINUSE) && isSluice(ctx, addr):
		return j.or("held by a sluice that runs")
	case errors.Is(err, syscall.EADDRINUSE):
		j.fail(fix, "held by another program: %v", err)
	default:
		j.fail(fix, "%v", err)
	}
	return j.found
}

// isSluice asks whoever listens: both of sluice's servers answer what they do not know with a
// problem document, or have our metrics.
func isSluice(ctx context.Context, addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return false
	}
	transport := &http.Transport{DisableKeepAlives: true}
	res, err := (&http.Client{Transport: transport, Timeout: 2 * time.Second}).Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }() // read as far as it is wanted
	said, err := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	return err == nil && (strings.HasPrefix(res.Header.Get("Content-Type"), "application/problem+json") || strings.HasPrefix(string(said), "ok"))
}

// judgeKeys looks at the file of API keys.
func judgeKeys(cfg *config) []doctor.Finding {
	j := judged{what: "keys", where: "keys.file"}
	if cfg.Keys.File == "" {
		if host, _, err := net.SplitHostPort(cfg.HTTP.Listen); err == nil && !isLoopback(host) {
			j.warn("SLUICE_KEYS_FILE=/etc/sluice/keys # or SLUICE_HTTP_LISTEN=127.0.0.1:8080", "there are no API keys, and %s is open to the network: everybody is let in", cfg.HTTP.Listen)
		}
		return j.or("none: everybody on this machine is let in")
	}
	j.where = cfg.Keys.File
	info, err := os.Stat(cfg.Keys.File)
	if err == nil {
		_, err = apikeys.New(cfg.keys())
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		j.fail("chown $USER "+cfg.Keys.File, "%v", err)
	case err != nil:
		j.fail("SLUICE_KEYS_FILE=/etc/sluice/keys # a line for each client: id, SHA-256 of its secret in hex", "%v", err)
	case info.Mode().Perm()&0o007 != 0:
		j.warn("chmod 640 "+cfg.Keys.File, "everybody on this machine may read or write it (%s)", info.Mode().Perm())
	}
	return j.or("can be read")
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
