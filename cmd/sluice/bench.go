package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"sluice/internal/bench"
)

// benchCmd is `sluice bench`: one visible command, and the baselines that it starts as
// processes of their own.
type benchCmd struct {
	GPS      benchGPSCmd      `cmd:"" name:"gps" help:"Measure the GPS pipelines, the gateway and the nearby query beside this machine's limits."`
	Embedded benchEmbeddedCmd `cmd:"" name:"embedded" help:"Measure the embedded default: one process with all in it."`
	Orders   benchOrdersCmd   `cmd:"" name:"orders" help:"Measure member levels from Kafka to Redis beside this machine's limits."`
	Consume  benchConsumeCmd  `cmd:"" hidden:"" help:"A bare group consumer that counts."`
	Produce  benchProduceCmd  `cmd:"" hidden:"" help:"A bare AsyncProducer."`
	Load     benchLoadCmd     `cmd:"" hidden:"" help:"A bare bulk loader."`
	Calls    benchCallsCmd    `cmd:"" hidden:"" help:"A bare loader of the script of member levels."`
	Locks    benchLocksCmd    `cmd:"" hidden:"" help:"A lock per message."`
	NullBulk benchNullBulkCmd `cmd:"" name:"nullbulk" hidden:"" help:"A bulk server that keeps nothing."`
}

// benchGPSCmd is `sluice bench gps`.
type benchGPSCmd struct {
	configFlag
	Brokers    []string      `help:"Kafka's addresses, instead of the configuration's; without TLS and SASL." placeholder:"HOST:PORT,…"`
	Elastic    string        `help:"URL of one Elasticsearch node, instead of the configuration's; none leaves out the rows that need it." placeholder:"URL"`
	Records    int64         `help:"Pings of the backlog." default:"5000000"`
	Drivers    int           `help:"Drivers of the fleet." default:"100000"`
	Partitions int           `help:"Partitions of the topic." default:"8"`
	Only       []string      `help:"Rows to measure: ${benchRows}; all without it."`
	For        time.Duration `help:"Length of a measurement by time." default:"20s"`
	Runs       int           `help:"Times that each ratio is measured; the median counts. 3 is recommended." default:"1"`
	Seed       uint64        `help:"Seed of the fleet." default:"1"`
	Profiles   string        `help:"Directory for CPU profiles of each process measured; none without it." type:"existingdir"`
	JSON       bool          `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (benchGPSCmd) Help() string {
	return `Topics and indices of its own are made and removed again. Every measured process is this very
binary, started once per row; CPU and memory are that process's alone. Exit code 3 means that a bar was missed.

Example:
  sluice bench gps --only history-null,live-null --runs 3`
}

// errBenchMissed ends a bench whose measurements are good and whose figures are not.
var errBenchMissed = errors.New("a bar was missed") // compared with errors.Is

// Run measures and prints.
func (c *benchGPSCmd) Run(ctx context.Context, p *process) error {
	cfg, err := c.config(p)
	if err != nil {
		return err
	}
	if err := cfg.Validate(); err != nil {
		return usage(err)
	}
	watch := newBenchWatcher(p.stderr)
	report, err := bench.Run(ctx, cfg, watch)
	watch.end()
	return concludeBench(p.stdout, report, err, c.JSON)
}

// concludeBench prints what was measured, whatever was not.
func concludeBench(w io.Writer, report *bench.Report, err error, asJSON bool) error {
	if report == nil {
		return err
	}
	if err := errors.Join(printBench(w, report, asJSON), err); err != nil {
		return err
	}
	if !report.Passed() {
		return errBenchMissed
	}
	return nil
}

func (c *benchGPSCmd) config(p *process) (bench.Config, error) {
	binary, err := os.Executable()
	if err != nil {
		return bench.Config{}, fmt.Errorf("looking for this binary: %w", err)
	}
	ordinary, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return bench.Config{}, err
	}
	cfg := bench.Config{
		Binary: binary, Brokers: ordinary.Kafka.Brokers, Elastic: ordinary.Elastic.URLs[0], Prefix: fmt.Sprintf("bench-%d-", os.Getpid()),
		Records: c.Records, Drivers: c.Drivers, Partitions: c.Partitions, Only: c.Only, For: c.For, Runs: c.Runs,
		Seed: c.Seed, ProfileDir: c.Profiles,
	}
	if len(c.Brokers) > 0 {
		cfg.Brokers = c.Brokers
	}
	switch c.Elastic {
	case "":
	case "none":
		cfg.Elastic = ""
	default:
		cfg.Elastic = c.Elastic
	}
	return cfg, nil
}

func printBench(w io.Writer, report *bench.Report, asJSON bool) error {
	if !asJSON {
		return report.Print(w)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(report); err != nil {
		return fmt.Errorf("printing the report: %w", err)
	}
	return nil
}

// benchRows is the list of rows in the help.
func benchRows() string { return strings.Join(bench.RowNames(), ", ") }
