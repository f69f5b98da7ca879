package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/IBM/sarama"

	"sluice/pipelines"
)

// carry serves the partition, and says whether it wants to be claimed anew.
func (c *claims) carry(ctx context.Context, session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim, end context.CancelCauseFunc) bool {
	part := pipelines.Partition{Topic: c.group.topic, ID: claim.Partition()}
	start, known := c.begin(ctx, part, claim.InitialOffset())
	if !known {
		return false
	}
	var renew atomic.Bool
	src := c.source(part, session, claim, func() {
		renew.Store(true)
		end(pipelines.ErrRevoked)
	})
	src.next.Store(start)
	src.fetcher.start(ctx, c.group.cfg.DialTimeout, start, claim.HighWaterMarkOffset())
	err := c.serve(ctx, part, src)
	src.close()
	if err == nil || errors.Is(err, pipelines.ErrRevoked) || errors.Is(err, pipelines.ErrStopped) {
		return renew.Load()
	}
	c.failed(fmt.Errorf("serving %v: %w", part, err))
	return false
}

// source makes the partition's source; its fetcher is not started.
func (c *claims) source(part pipelines.Partition, session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim, renew func()) *source {
	return &source{
		part: part, wire: claim.Topic(), note: c.group.group.Notes[part.ID], session: session, offsets: c.offsets, committed: -1,
		reader: reader{names: pipelines.HeaderNames{}},
		fetcher: &fetcher{
			part: part, wire: claim.Topic(), group: c.group.group, obs: c.group.obs, client: c.client, renew: renew,
		},
	}
}

// begin is where to read from: the commit, or, where there is none that can be read from,
// the oldest record. It asks until it knows, or ctx ends.
func (c *claims) begin(ctx context.Context, part pipelines.Partition, committed int64) (start int64, known bool) {
	if committed >= 0 {
		return committed, true
	}
	for failures := 0; ctx.Err() == nil; failures++ {
		start, err := c.start(ctx, part)
		if err == nil {
			return start, true
		}
		if ctx.Err() == nil {
			c.group.obs.GroupFailed(fmt.Errorf("looking for the start of %v: %w", part, err))
			pause(ctx, backoff(c.group.group.RetryBase, c.group.group.RetryMax, failures))
		}
	}
	return 0, false
}

// start is the oldest offset of a partition that is read from there.
func (c *claims) start(ctx context.Context, part pipelines.Partition) (int64, error) {
	oldest, err := await(ctx, func() (int64, error) {
		return c.client.GetOffset(c.group.cfg.topic(part.Topic), part.ID, sarama.OffsetOldest)
	})
	if err != nil {
		return 0, err
	}
	committed, err := await(ctx, func() (int64, error) {
		return c.offsets.committed(c.group.cfg.topic(part.Topic), part.ID)
	})
	if err != nil {
		return 0, err
	}
	if committed >= 0 && committed != oldest {
		c.group.obs.GroupGap(part, committed, oldest)
	}
	return oldest, nil
}
