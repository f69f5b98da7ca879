package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/IBM/sarama"

	"sluice/pipelines"
)

// pauser pauses and resumes partitions at the broker.
type pauser interface {
	Pause(partitions map[string][]int32)
	Resume(partitions map[string][]int32)
}

// claims serves the partitions that a member holds: sarama's handler.
type claims struct {
	group   *Group
	ctx     context.Context //nolint:containedctx // Run's: sarama's handler methods take none
	fail    context.CancelCauseFunc
	serve   pipelines.Serve
	client  sarama.Client
	pauser  pauser
	offsets *offsets

	mu      sync.Mutex
	stopped bool
	err     error // of a serve
	lanes   map[int32]context.CancelCauseFunc
	running sync.WaitGroup
}

// Setup has nothing to do.
func (c *claims) Setup(sarama.ConsumerGroupSession) error { return nil }

// Cleanup has nothing to do.
func (c *claims) Cleanup(sarama.ConsumerGroupSession) error { return nil }

// ConsumeClaim serves one partition until it is revoked or the group stops. The session
// stays whole until this returns: it heartbeats on, and commits are taken, with the
// context of Run cancelled as well as without.
func (c *claims) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	ctx, end := context.WithCancelCause(context.WithoutCancel(c.ctx))
	defer end(nil)
	if !c.enter(claim.Partition(), end) {
		return nil
	}
	defer c.leave(claim.Partition())
	defer context.AfterFunc(session.Context(), func() { end(c.cause()) })()

	part := pipelines.Partition{Topic: c.group.topic, ID: claim.Partition()}
	src := c.source(ctx, part, session, claim, end)
	err := c.serve(ctx, part, src)
	src.close()
	if err != nil && !errors.Is(err, pipelines.ErrRevoked) && !errors.Is(err, pipelines.ErrStopped) {
		c.failed(fmt.Errorf("serving %v: %w", part, err))
	}
	if ctx.Err() == nil && err == nil {
		return nil // serve gave up the partition: sarama ends the session, and all are claimed anew
	}
	// sarama takes an early return for the wish to end the session: it has to have
	// revoked the claim itself, and closed its channel, before this returns.
	for range claim.Messages() { // unsettled: another member reads them
	}
	return nil
}

// source makes the partition's source, and reports what retention has taken from it.
func (c *claims) source(ctx context.Context, part pipelines.Partition, session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim, end context.CancelCauseFunc) *source {
	start := claim.InitialOffset()
	if start < 0 { // nothing committed, or a commit out of range
		var err error
		if start, err = c.start(ctx, part); err != nil {
			start = claim.HighWaterMarkOffset()
			if ctx.Err() == nil {
				c.group.obs.GroupFailed(fmt.Errorf("looking for a gap in %v: %w", part, err))
			}
		}
	}
	return newSource(part, session, claim, c, start, func() { end(c.cause()) })
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
		return oldest, err
	}
	if committed >= 0 && committed != oldest {
		c.group.obs.GroupGap(part, committed, oldest)
	}
	return oldest, nil
}

// assigned ends the lanes whose partitions are not in the new assignment.
func (c *claims) assigned(topics map[string][]int32) {
	mine := topics[c.group.cfg.topic(c.group.topic)]
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, end := range c.lanes {
		if !slices.Contains(mine, id) {
			end(pipelines.ErrRevoked)
		}
	}
}

// cause is why a lane ends now: the group stops, or its session was lost.
func (c *claims) cause() error {
	if c.ctx.Err() != nil {
		return pipelines.ErrStopped
	}
	return pipelines.ErrRevoked
}

func (c *claims) enter(id int32, end context.CancelCauseFunc) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return false
	}
	c.lanes[id] = end
	c.running.Add(1)
	return true
}

func (c *claims) leave(id int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.lanes, id)
	c.running.Done()
}

// wait lets no lane begin any more and returns when the last has ended.
func (c *claims) wait() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	c.running.Wait()
}

func (c *claims) failed(err error) {
	c.mu.Lock()
	if c.err == nil {
		c.err = err
	}
	c.mu.Unlock()
	c.fail(err)
}

// failure is the first error of a serve.
func (c *claims) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}
