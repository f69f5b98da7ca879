package kafka

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/IBM/sarama"

	"sluice/pipelines"
)

// pauser keeps sarama's own consumer from fetching a partition: its source does. A pause
// lasts, whether the partition goes and comes back or not.
type pauser interface {
	Pause(partitions map[string][]int32)
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
	lanes   map[int32]*lane
	left    map[int32]commit // by the claims before, of this process
	cuts    map[int32]int64  // where claims made anew begin, of partitions whose log has lost its end
	running sync.WaitGroup
}

// lane is one partition that is being served.
type lane struct {
	end     context.CancelCauseFunc
	of      incarnation
	renewed atomic.Bool
}

// renew ends the lane so that its partition is claimed anew.
func (l *lane) renew() {
	l.renewed.Store(true)
	l.end(pipelines.ErrRevoked)
}

// Setup takes notice of the first assignment of a membership.
func (c *claims) Setup(sarama.ConsumerGroupSession) error {
	c.group.entry.joined.Store(true)
	return nil
}

// Cleanup has nothing to do.
func (c *claims) Cleanup(sarama.ConsumerGroupSession) error { return nil }

// ConsumeClaim serves one partition until it is revoked or the group stops. The member
// stays in the group until this returns: it heartbeats, goes along with rebalances, and its
// commits are taken, with the context of Run cancelled as well as without.
func (c *claims) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	c.pauser.Pause(map[string][]int32{claim.Topic(): {claim.Partition()}})
	if c.hold(session, claim) {
		return nil // sarama takes it for the wish to end the session, and all are claimed anew
	}
	// Otherwise sarama has to have revoked the claim itself, and closed its channel, before
	// this returns: a stop, too, must not end the session while another lane still drains.
	for range claim.Messages() { // of a fetch from before the pause: the source reads them
	}
	return nil
}

// hold serves a claim as a lane. It is true when all are to be claimed anew.
func (c *claims) hold(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) (anew bool) {
	ctx, end := context.WithCancelCause(context.WithoutCancel(c.ctx))
	defer end(nil)
	lane := &lane{end: end}
	if !c.enter(claim.Partition(), lane) {
		return false
	}
	defer c.leave(claim.Partition())
	defer context.AfterFunc(c.ctx, func() { end(pipelines.ErrStopped) })()
	defer context.AfterFunc(session.Context(), func() { end(c.cause()) })()

	c.carry(ctx, session, claim, lane)
	return c.ctx.Err() == nil && (lane.renewed.Load() || ctx.Err() == nil)
}

// assigned ends the lanes whose partitions are not in the new assignment.
func (c *claims) assigned(topics map[string][]int32) {
	mine := topics[c.group.cfg.topic(c.group.topic)]
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, lane := range c.lanes {
		if !slices.Contains(mine, id) {
			lane.end(pipelines.ErrRevoked)
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

func (c *claims) enter(id int32, entering *lane) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return false
	}
	c.lanes[id] = entering
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
