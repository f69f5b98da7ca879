package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"sluice/internal/bench"
)

// benchOrdersCmd is `sluice bench orders`.
type benchOrdersCmd struct {
	configFlag
	Brokers    []string      `help:"Kafka's addresses, instead of the configuration's; without TLS and SASL. \"embedded\" starts a broker of sluice's own." placeholder:"HOST:PORT,…"`
	Redis      string        `help:"host:port of one Redis without a password, instead of the configuration's first." placeholder:"HOST:PORT"`
	Events     int64         `help:"Order events of the backlog." default:"1000000"`
	Members    int           `help:"Who have orders at any one time." default:"50000"`
	Partitions int           `help:"Partitions of the topic." default:"8"`
	Locks      int           `help:"Orders that are counted with a lock each." default:"20000"`
	Clients    int           `help:"Of the row with many locks: at once." default:"64"`
	Only       []string      `help:"Rows to measure; all without it."`
	For        time.Duration `help:"Length of a measurement by time." default:"20s"`
	Runs       int           `help:"Times that each ratio is measured; the median counts. 3 is recommended." default:"1"`
	Profiles   string        `help:"Directory for CPU profiles of each process measured; none without it." type:"existingdir"`
	JSON       bool          `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (benchOrdersCmd) Help() string {
	return `Measures member levels from Kafka to Redis, with relay, jobs and questions in the same process, beside a bare loader that sends the sink's own calls of the script, ` +
		`and beside a lock for each message. Topics and keys of its own are made and removed again; "rewind" removes its own keys alone. To find them the server looks at all its keys, at one moment: ` +
		`a Redis that others need is the wrong one. Every measured process is this very binary; CPU and memory are that process's alone. Exit code 3 means that a bar was missed.

Rows: ` + strings.Join(bench.OrdersRowNames(), ", ") + `.

Example:
  sluice bench orders --redis 127.0.0.1:6379 --brokers embedded
  sluice bench orders --only loader,levels --runs 3`
}

// benchEmbedded is the word for a broker of our own.
const benchEmbedded = "embedded"

// Run measures and prints.
func (c *benchOrdersCmd) Run(ctx context.Context, p *process) error {
	cfg, err := c.config(p)
	if err != nil {
		return err
	}
	if err := cfg.Validate(); err != nil {
		return usage(err)
	}
	watch := newBenchWatcher(p.stderr)
	report, err := bench.RunOrders(ctx, cfg, watch)
	watch.end()
	return concludeBench(p.stdout, report, err, c.JSON)
}

func (c *benchOrdersCmd) config(p *process) (bench.OrdersConfig, error) {
	binary, err := os.Executable()
	if err != nil {
		return bench.OrdersConfig{}, fmt.Errorf("looking for this binary: %w", err)
	}
	ordinary, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return bench.OrdersConfig{}, err
	}
	cfg := bench.OrdersConfig{
		Binary: binary, Brokers: ordinary.Kafka.Brokers, Redis: ordinary.Redis.Addrs[0], Prefix: fmt.Sprintf("bench-%d-", os.Getpid()),
		Events: c.Events, Members: c.Members, Partitions: c.Partitions, Locks: c.Locks, Clients: c.Clients,
		Only: c.Only, For: c.For, Runs: c.Runs, ProfileDir: c.Profiles,
	}
	if len(c.Brokers) > 0 {
		cfg.Brokers = c.Brokers
	}
	if len(cfg.Brokers) == 1 && cfg.Brokers[0] == benchEmbedded {
		cfg.Brokers = nil
	}
	if c.Redis != "" {
		cfg.Redis = c.Redis
	}
	return cfg, nil
}
