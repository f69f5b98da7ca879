package main

import "context"

type simulateVerifyCmd struct {
	configFlag
	Ledger string `arg:"" type:"existingfile"`
}

// Run verifies.
func (c *simulateVerifyCmd) Run(ctx context.Context, p *process) error { return ctx.Err() }
