package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"sluice/internal/bench"
)

// benchEmbeddedCmd is `sluice bench embedded`.
type benchEmbeddedCmd struct {
	Drivers  int           `help:"Drivers of the load." default:"100000"`
	Rate     int           `help:"Pings a second of the long load." default:"33000"`
	For      time.Duration `help:"Length of the long load." default:"5m"`
	Scratch  string        `help:"Directory on the disk to be measured; without it that for temporary files." type:"existingdir"`
	Profiles string        `help:"Directory for a CPU profile; none without it." type:"existingdir"`
	JSON     bool          `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (benchEmbeddedCmd) Help() string {
	return `Starts this very binary as "sluice up" on a directory of its own, sends a load from another process, and asks where drivers are meanwhile.
Exit code 3 means that a bar was missed.

Example:
  sluice bench embedded --for 1m`
}

// Run measures and prints.
func (c *benchEmbeddedCmd) Run(ctx context.Context, p *process) error {
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("looking for this binary: %w", err)
	}
	cfg := bench.EmbeddedConfig{
		Binary: binary, Scratch: c.Scratch, Drivers: c.Drivers, Rate: c.Rate, For: c.For, Profile: c.Profiles,
	}
	if err := cfg.Validate(); err != nil {
		return usage(err)
	}
	watch := newBenchWatcher(p.stderr)
	report, err := bench.RunEmbedded(ctx, cfg, watch)
	watch.end()
	return concludeBench(p.stdout, report, err, c.JSON)
}
