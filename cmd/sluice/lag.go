package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"sluice/internal/kafka"
)

// lagCmd is `sluice lag`.
type lagCmd struct {
	configFlag
	Pipelines []string `help:"Only these pipelines." placeholder:"NAME,…"`
	Max       int64    `help:"Exit with 3 when a pipeline is behind by more records than this; -1 = never." default:"-1"`
	JSON      bool     `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (lagCmd) Help() string {
	return "Reads what each pipeline has committed; a pipeline commits once a second.\n\nExample:\n  sluice lag --max 100000"
}

// pipelineLag is how far one pipeline is behind.
type pipelineLag struct {
	Pipeline   string         `json:"pipeline"`
	Group      string         `json:"group"`
	Topic      string         `json:"topic"`
	Lag        int64          `json:"lag"`
	Partitions []partitionLag `json:"partitions"`
}

type partitionLag struct {
	Partition int32 `json:"partition"`
	Committed int64 `json:"committed"` // next offset, -1 = none yet
	End       int64 `json:"end"`
	Lag       int64 `json:"lag"`
}

// Run asks Kafka and prints.
func (c *lagCmd) Run(ctx context.Context, p *process) (err error) {
	if err := knownPipelines(c.Pipelines); err != nil {
		return usage(err)
	}
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	admin, err := kafka.NewAdmin(cfg.kafka())
	if err != nil {
		return usage(err)
	}
	defer func() { err = errors.Join(err, admin.Close()) }()
	var lags []pipelineLag
	for _, s := range chosen(c.Pipelines) {
		lag, err := lagOf(ctx, admin, cfg, s)
		if err != nil {
			return err
		}
		lags = append(lags, lag)
	}
	if err := c.print(p.stdout, lags); err != nil {
		return err
	}
	for _, lag := range lags {
		if c.Max >= 0 && lag.Lag > c.Max {
			return fmt.Errorf("%w: pipeline %s is behind by %d records, more than %d", errFound, lag.Pipeline, lag.Lag, c.Max)
		}
	}
	return nil
}

func lagOf(ctx context.Context, admin *kafka.Admin, cfg *config, s spec) (pipelineLag, error) {
	lag := pipelineLag{Pipeline: s.name, Group: cfg.groupID(s.name), Topic: cfg.Topic.Prefix + s.topic, Partitions: []partitionLag{}}
	parts, err := admin.Lag(ctx, lag.Group, s.topic)
	if err != nil {
		return lag, err
	}
	for _, part := range parts {
		lag.Lag += part.Lag
		lag.Partitions = append(lag.Partitions, partitionLag{
			Partition: part.Partition, Committed: part.Committed, End: part.End, Lag: part.Lag,
		})
	}
	return lag, nil
}

func (c *lagCmd) print(w io.Writer, lags []pipelineLag) error {
	if c.JSON {
		return json.NewEncoder(w).Encode(lags)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%-14s %9s %14s %14s %12s\n", "pipeline", "partition", "committed", "end", "lag")
	for _, lag := range lags {
		for _, part := range lag.Partitions {
			fmt.Fprintf(&out, "%-14s %9d %14d %14d %12d\n", lag.Pipeline, part.Partition, part.Committed, part.End, part.Lag)
		}
		fmt.Fprintf(&out, "%-14s %9s %14s %14s %12d\n", lag.Pipeline, "all", "", "", lag.Lag)
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}
