package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// site is where one product runs: topics and indices of its own, and its listeners.
type site struct {
	prefix, http, ops string
	environ           []string
}

func (l *load) site(ctx context.Context) (*site, error) {
	at := &site{prefix: fmt.Sprintf("mutants-%d-%d-", os.Getpid(), l.tried)}
	for _, listen := range []*string{&at.http, &at.ops} {
		free, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("looking for a free port: %w", err)
		}
		*listen = free.Addr().String()
		if err := free.Close(); err != nil {
			return nil, fmt.Errorf("looking for a free port: %w", err)
		}
	}
	at.environ = []string{
		"SLUICE_KAFKA_BROKERS=" + l.kafka, "SLUICE_ELASTIC_URLS=" + l.elastic, "SLUICE_TOPIC_PREFIX=" + at.prefix, "SLUICE_INDEX_PREFIX=" + at.prefix,
		"SLUICE_REDIS_ADDRS=" + l.redis, "SLUICE_KEY_PREFIX=" + at.prefix,
		"SLUICE_INDEX_REPLICAS=0", "SLUICE_TOPIC_PARTITIONS=2", "SLUICE_HTTP_LISTEN=" + at.http, "SLUICE_OPS_LISTEN=" + at.ops, "SLUICE_GPS_COALESCE=100ms",
	}
	return at, nil
}

// readyWithin is far more than a start takes.
const readyWithin = 30 * time.Second

// start runs everything in one process and returns once that is ready; stop ends it.
func (at *site) start(ctx context.Context, tested, judge string) (stop func() error, err error) {
	c := exec.CommandContext(ctx, tested, "run", "all")
	c.Env = append(os.Environ(), at.environ...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = waitDelay
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("starting sluice: %w", err)
	}
	stop = func() error {
		if err := c.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stopping sluice: %w", err)
		}
		if _, ended := exitCode(c.Wait()); !ended {
			return errors.New("stopping sluice: it did not end by itself")
		}
		return nil
	}
	limit, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		said, err := command(limit, "", at.environ, judge, "health")
		if err == nil {
			return stop, nil
		}
		select {
		case <-again.C:
		case <-limit.Done():
			return nil, errors.Join(fmt.Errorf("waiting for sluice: %w: %s", context.Cause(limit), said), stop())
		}
	}
}
