package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"sluice/internal/kafka"
	"sluice/internal/requeue"
)

// deadPruneCmd is `sluice dead prune`.
type deadPruneCmd struct {
	configFlag
	Pipeline narrow `help:"Only of these pipelines." placeholder:"NAME,…"`
	DryRun   bool   `help:"Only say what would be deleted."`
	Yes      bool   `help:"Do not ask."`
	JSON     bool   `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (deadPruneCmd) Help() string {
	return `Deletes, for good, each partition's first letters up to the first that is still open. Retention (topic.deadRetention) does it ` +
		`without; prune makes ls faster and the disk emptier before that.

Example:
  sluice dead prune --dry-run`
}

// Run deletes and says what.
func (c *deadPruneCmd) Run(ctx context.Context, p *process) (err error) {
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	if err := cfg.knownBoxes(c.Pipeline); err != nil {
		return usage(err)
	}
	if !c.Yes && !c.DryRun {
		if err := p.confirm("Delete requeued and dropped letters for good?"); err != nil {
			return err
		}
	}
	boxes, err := newDeadBoxes(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, boxes.scanner.Close()) }()
	admin, err := kafka.NewAdmin(cfg.kafka())
	if err != nil {
		return usage(err)
	}
	defer func() { err = errors.Join(err, admin.Close()) }()
	all := make(map[string]requeue.Pruned)
	for _, s := range cfg.boxes(c.Pipeline) {
		pruned, err := boxes.box(s.name).Prune(ctx, admin, c.DryRun)
		if err != nil {
			return err
		}
		all[s.name] = pruned
		done := "deleted"
		if c.DryRun {
			done = "would be deleted"
		}
		if !c.JSON {
			if err := write(p.stdout, fmt.Sprintf("%-15s %s (%s with their marks) %s\n", s.name, count(pruned.Letters, "letter"), count(pruned.Records, "record"), done)); err != nil {
				return err
			}
		}
	}
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(all)
	}
	return nil
}
