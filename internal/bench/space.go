package bench

import (
	"context"
	"fmt"
	"strconv"

	"sluice/internal/bench/proc"
	"sluice/schemas"
)

// space is a set of topics and indices of its own, told apart by their prefix.
type space struct {
	prefix string
	env    []string
}

func (b *run) space(name string) space {
	prefix := b.cfg.Prefix + name + "-"
	return space{prefix: prefix, env: []string{
		"SLUICE_KAFKA_BROKERS=" + b.brokers(),
		"SLUICE_TOPIC_PREFIX=" + prefix,
		"SLUICE_TOPIC_PARTITIONS=" + strconv.Itoa(b.cfg.Partitions),
		"SLUICE_INDEX_PREFIX=" + prefix,
		"SLUICE_INDEX_REPLICAS=0", // as a bare loader on one node has
	}}
}

func (s space) topic() string { return s.prefix + schemas.TopicPings }

// with is the environment of a process in this space.
func (s space) with(more ...string) []string {
	return append(append([]string{}, s.env...), more...)
}

// prepare makes an empty topic, and empty indices when the space has any use for them.
func (b *run) prepare(ctx context.Context, s space) error {
	if err := b.kafka.CreateTopic(ctx, s.topic(), int32(b.cfg.Partitions)); err != nil {
		return err
	}
	return b.setup(ctx, s)
}

// setup lets the product make its indices anew, from its own templates.
func (b *run) setup(ctx context.Context, s space) error {
	if b.elastic == nil {
		return nil
	}
	if err := b.elastic.forget(ctx, s.prefix); err != nil {
		return err
	}
	if err := proc.Run(ctx, proc.Command{Path: b.cfg.Binary, Args: []string{"setup"}, Env: s.with("SLUICE_ELASTIC_URLS=" + b.cfg.Elastic)}); err != nil {
		return fmt.Errorf("setting up: %w", err)
	}
	return nil
}
