package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"sluice/internal/bench"
	"sluice/internal/bench/locks"
	"sluice/internal/bench/proc"
)

// benchLocksCmd counts orders with a lock for each.
type benchLocksCmd struct {
	Redis   string        `required:"" help:"host:port of one Redis without a password."`
	Prefix  string        `required:"" help:"Of its keys."`
	Events  int           `required:"" help:"Completed orders."`
	Members int           `required:"" help:"Whose they are, in turn."`
	Clients int           `default:"1" help:"At once."`
	Timeout time.Duration `default:"5s" help:"Of one round trip."`
}

// Run counts and prints a baseline.
func (c *benchLocksCmd) Run(ctx context.Context, p *process) error {
	before, err := proc.UsageOf("self")
	if err != nil {
		return err
	}
	got, err := locks.Run(ctx, locks.Config{
		Addr: c.Redis, Prefix: c.Prefix, Events: c.Events, Members: c.Members, Clients: c.Clients, Timeout: c.Timeout,
	})
	if err != nil {
		return err
	}
	if got.Counted != int64(got.Events) {
		return fmt.Errorf("%d orders are counted of %d: the locks are no good", got.Counted, got.Events)
	}
	result, err := bench.Finished(int64(got.Events), got.Took)
	if err != nil {
		return err
	}
	result.CPU -= before.CPU // of starting
	if err := json.NewEncoder(p.stdout).Encode(result); err != nil {
		return fmt.Errorf("printing a baseline: %w", err)
	}
	return nil
}
