package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
	"sluice/pipelines"
)

// Why offsets that were committed, or would have been, are not there, as GroupGap reports it.
const (
	gapRetention = "retention" // deleted before they were read
	gapCut       = "cut"       // the log has lost its end, to a leader that did not have it
	gapMadeAnew  = "made_anew" // the topic was deleted and made anew
)

// standing is what must be known of a partition before it is read.
type standing struct {
	topic          incarnation
	commit         commit
	oldest, newest int64 // the first offset that is there, and the one behind the last
}

// commit is a group's in a partition.
type commit struct {
	next  int64 // -1 = there is none
	epoch int32 // of the leader that wrote the record before next; unknownEpoch
	note  string
}

// start is where to read from.
type start struct {
	topic incarnation
	next  int64
	epoch int32 // of the record before next; unknownEpoch
	moved bool  // the commit is elsewhere, and is to be put here
	anew  bool  // the log has lost its end: from next on it is another

	committed int64 // up to where it is committed, as far as that counts; -1
}

// hole is offsets from from (inclusive) to to (exclusive) that are not there; why is "" for none.
type hole struct {
	from, to int64
	why      string
}

// start judges a standing. Without a commit that can be read from it is the oldest record: ids and
// versions make what is read twice harmless, and nothing makes up for what is never read.
func (s standing) start() (start, hole) {
	oldest := start{topic: s.topic, next: s.oldest, epoch: unknownEpoch, moved: true, committed: -1}
	switch next := s.commit.next; {
	case next < 0:
		oldest.moved = false
		return oldest, hole{}
	case s.topic.unlike(s.commit.note):
		return oldest, hole{from: s.oldest, to: next, why: gapMadeAnew}
	case next < s.oldest:
		return oldest, hole{from: next, to: s.oldest, why: gapRetention}
	case next > s.newest && s.commit.epoch < 0: // with an epoch the fetcher finds out how far the log is the same
		return oldest, hole{from: s.newest, to: next, why: gapCut}
	default:
		return start{topic: s.topic, next: next, epoch: s.commit.epoch, committed: next}, hole{}
	}
}

// begin finds where to read a partition from, and reports what is missing before it. It
// asks until it knows, or ctx ends.
func (c *claims) begin(ctx context.Context, part pipelines.Partition) (at start, known bool) {
	for failures := 0; ctx.Err() == nil; failures++ {
		found, err := await(ctx, func() (standing, error) { return c.standing(part.ID) })
		if err == nil {
			found.commit = c.recall(part, found)
			at, missing := found.start()
			if next, cut := c.takeCut(part.ID); cut {
				return start{topic: found.topic, next: max(next, found.oldest), epoch: unknownEpoch, moved: true, anew: true, committed: -1}, true
			}
			if missing.why != "" {
				c.group.obs.GroupGap(part, missing.from, missing.to, missing.why)
			}
			return at, true
		}
		if ctx.Err() == nil {
			c.group.obs.GroupFailed(fmt.Errorf("looking for the start of %v: %w", part, err))
			pause.AtMost(ctx, backoff(c.group.group.RetryBase, c.group.group.RetryMax, failures))
		}
	}
	return start{}, false
}

// leaves takes notice of how far a claim has committed.
func (c *claims) leaves(id int32, at commit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left[id] = at
}

// recall is the group's commit, or what this process knows of one that is gone: Kafka forgets the
// commits of a topic with the topic.
func (c *claims) recall(part pipelines.Partition, found standing) commit {
	c.mu.Lock()
	left, known := c.left[part.ID]
	c.mu.Unlock()
	switch {
	case found.commit.next >= 0 || !known || left.next < 0:
	case found.topic.unlike(left.note):
		return left
	default:
		c.group.obs.GroupFailed(fmt.Errorf("looking for the start of %v: the commit at %d is gone, and it is read from its oldest record", part, left.next))
	}
	return found.commit
}

// standing asks the brokers.
func (c *claims) standing(id int32) (found standing, err error) {
	wire := c.group.cfg.topic(c.group.topic)
	if found.topic, err = c.incarnation(); err != nil {
		return standing{}, err
	}
	if found.oldest, err = c.client.GetOffset(wire, id, sarama.OffsetOldest); err != nil {
		return standing{}, err
	}
	if found.newest, err = c.client.GetOffset(wire, id, sarama.OffsetNewest); err != nil {
		return standing{}, err
	}
	found.commit, err = c.offsets.committed(wire, id)
	return found, err
}

// putWithin bounds the commit of a start that was moved. When it fails the lane's next one does as well.
const putWithin = 5 * time.Second

// put commits a start that was moved, so that what was reported of it is reported once.
func (c *claims) put(ctx context.Context, src *source, at start) {
	ctx, cancel := context.WithTimeout(ctx, putWithin)
	defer cancel()
	if err := src.Commit(ctx, at.next); err != nil {
		c.group.obs.GroupFailed(fmt.Errorf("moving the commit to the start: %w", err))
	}
}

// cut remembers from where a partition is to be read by its next claim.
func (c *claims) cut(id int32, next int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cuts[id] = next
}

func (c *claims) takeCut(id int32) (next int64, cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next, cut = c.cuts[id]
	delete(c.cuts, id)
	return next, cut
}
