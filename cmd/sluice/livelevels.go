package main

import (
	"context"

	"sluice/internal/kafka"
	"sluice/internal/telemetry"
	"sluice/pipelines"
	"sluice/schemas"
)

// liveLevels names, in metrics and log lines, who reads member.levels for live streams.
const liveLevels = "live-levels"

// publishedLevels gives changes of level to live streams as they are published.
type publishedLevels struct {
	scanner *kafka.Scanner
	obs     kafka.GroupObserver
}

// newPublishedLevels does not dial.
func (a *app) newPublishedLevels() (*publishedLevels, error) {
	scanner, err := kafka.NewScanner(a.cfg.kafka())
	if err != nil {
		return nil, usage(err)
	}
	a.closers = append(a.closers, scanner.Close)
	observer, err := telemetry.NewGroup(liveLevels, a.reg, a.log)
	if err != nil {
		return nil, err
	}
	return &publishedLevels{scanner: scanner, obs: observer}, nil
}

// Follow is query.LevelChanges.
func (p *publishedLevels) Follow(ctx context.Context, each func(value []byte)) error {
	return p.scanner.Follow(ctx, schemas.TopicLevels, p.obs, func(_ pipelines.Partition, rec *pipelines.Record) { each(rec.Value) })
}
