package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"

	"sluice/pipelines"
)

// carry serves the partition.
func (c *claims) carry(ctx context.Context, session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim, lane *lane) {
	part := pipelines.Partition{Topic: c.group.topic, ID: claim.Partition()}
	at, known := c.begin(ctx, part)
	if !known {
		return
	}
	c.reads(lane, at.topic)
	src := c.source(ctx, part, session, claim, lane, at)
	if at.moved {
		c.put(ctx, src, at)
	}
	src.read(at, claim.HighWaterMarkOffset())
	err := c.serve(ctx, part, src)
	src.close()
	c.leaves(part.ID, commit{next: src.reached(), epoch: unknownEpoch, note: at.topic.note()})
	if err == nil || errors.Is(err, pipelines.ErrRevoked) || errors.Is(err, pipelines.ErrStopped) {
		return
	}
	c.failed(fmt.Errorf("serving %v: %w", part, err))
}

// reads takes notice of which topic a lane reads.
func (c *claims) reads(lane *lane, topic incarnation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	lane.of = topic
}

// source makes the partition's source; its fetcher is not started.
func (c *claims) source(ctx context.Context, part pipelines.Partition, session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim, lane *lane, at start) *source {
	var src *source
	src = &source{
		part: part, wire: claim.Topic(), kept: orElse(c.group.group.Notes[part.ID], at.topic.note()), session: session, offsets: c.offsets,
		committed: at.committed, reader: reader{names: pipelines.HeaderNames{}}, begun: at,
		look: func() (standing, error) { return c.standing(part.ID) },
		read: func(at start, end int64) { src.fetcher.start(ctx, c.group.cfg.DialTimeout, at, end) },
	}
	src.next.Store(at.next)
	src.fetcher = &fetcher{
		part: part, wire: claim.Topic(), group: c.group.group, obs: c.group.obs, client: c.client, of: at.topic, topic: c.incarnation,
		pass: func(gone hole) { src.pass(ctx, gone) },
		back: func(next int64) {
			if next != asCommitted {
				c.cut(part.ID, next)
			}
			lane.renew()
		},
	}
	src.fetcher.epochs.since(at.next-1, at.epoch)
	return src
}
