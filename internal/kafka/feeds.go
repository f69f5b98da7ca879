package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/IBM/sarama"

	"sluice/pipelines"
)

// Feeds says where a group stands in each partition of a topic, in their order, as its sources would.
func (a *Admin) Feeds(ctx context.Context, group, topic string) ([]pipelines.Feed, error) {
	feeds, err := await(ctx, func() ([]pipelines.Feed, error) { return a.feeds(ctx, group, topic) })
	if err != nil {
		return nil, fmt.Errorf("asking where %s stands in %s: %w", group, topic, err)
	}
	return feeds, nil
}

func (a *Admin) feeds(ctx context.Context, group, topic string) ([]pipelines.Feed, error) {
	wire := a.cfg.topic(topic)
	client, admin, err := a.connect()
	if err != nil {
		return nil, err
	}
	of, err := incarnationOf(client, wire)
	if err != nil {
		return nil, err
	}
	if err := client.RefreshMetadata(wire); err != nil {
		return nil, err
	}
	ids, err := client.Partitions(wire)
	if err != nil {
		return nil, err
	}
	newest, err := offsetsAt(admin, wire, ids, sarama.OffsetNewest)
	oldest, again := offsetsAt(admin, wire, ids, sarama.OffsetOldest)
	if err := errors.Join(err, again); err != nil {
		return nil, err
	}
	blocks, err := blocksOf(ctx, client, admin, group, wire, ids)
	if err != nil {
		return nil, err
	}
	feeds := make([]pipelines.Feed, 0, len(ids))
	for _, id := range slices.Sorted(slices.Values(ids)) {
		feed := pipelines.Feed{Part: pipelines.Partition{Topic: topic, ID: id}, Topic: of.id, Oldest: oldest[id], End: newest[id], Fresh: true}
		if block := blocks[id]; block != nil && block.Offset >= 0 && !of.unlike(block.Metadata) {
			feed.Next, feed.Fresh = block.Offset, false
		}
		feed.Next = max(feed.Next, feed.Oldest)
		feeds = append(feeds, feed)
	}
	return feeds, nil
}
