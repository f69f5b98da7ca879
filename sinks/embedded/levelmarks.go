package embedded

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"sluice/pipelines"
)

// claimFor is for how long a claim of somebody else is left alone.
const claimFor = 10 * time.Second

// Open looks at every bucket for one feed: a bucket that is unborn, or that has less of the feed than was settled, has lost
// something and is claimed. When there is none the lane has begun, and writes of the partition are held against what
// it was told. A claim of somebody else is left alone for ten seconds.
func (l *Levels) Open(ctx context.Context, feed pipelines.Feed, claim string) (pipelines.Marks, error) {
	l.setLane(feed.Part, nil)
	var marks pipelines.Marks
	lane := &opened{part: feed.Part, topic: feed.Topic, acked: make([]int64, l.cfg.Buckets), next: make([]int64, l.cfg.Buckets)}
	err := l.do(ctx, 1, func(u *unit) error { //nolint:contextcheck // see conn.exec
		marks = pipelines.Marks{From: feed.Next, Least: math.MaxInt64}
		for number := range l.cfg.Buckets {
			if err := u.openBucket(number, &feed, claim, &marks); err != nil {
				return err
			}
		}
		for number := range lane.acked {
			lane.acked[number] = marks.From
		}
		return nil
	})
	if err != nil {
		return pipelines.Marks{}, fmt.Errorf("opening %s: %w", feed.Part, outcome(err))
	}
	if marks.Claimed+marks.Others == 0 {
		l.setLane(feed.Part, lane)
	}
	return marks, nil
}

// openBucket looks at one bucket for a feed.
func (u *unit) openBucket(number int, feed *pipelines.Feed, claim string, marks *pipelines.Marks) error {
	b, err := u.bucket(number)
	if err != nil {
		return err
	}
	m, err := u.mark(markID{number, feed.Part}, feed.Topic)
	if err != nil {
		return err
	}
	marks.Least, marks.Epoch = min(marks.Least, m.mark), max(marks.Epoch, b.epoch)
	if feed.Anew && m.mark > feed.Next {
		m.mark, m.changed = feed.Next, true
	}
	has := max(m.mark, feed.Oldest)
	if !b.born || has < feed.Next && !feed.Fresh && m.until() == 0 {
		return u.claim(b, claim, marks)
	}
	m.raise(has)
	marks.From = min(marks.From, m.mark)
	return nil
}

// claim puts a claim into a bucket that has lost something.
func (u *unit) claim(b *bucket, claim string, marks *pipelines.Marks) error {
	others := b.claim != "" && processOf(b.claim) != processOf(claim)
	if age := u.now - b.claimed; others && age >= 0 && age < claimFor.Milliseconds() {
		marks.Others++
		return nil
	}
	b.claim, b.claimed, b.changed = claim, u.now, true
	marks.Claimed++
	if !b.born {
		marks.Unborn++
	}
	return nil
}

// processOf is whose a claim is.
func processOf(claim string) string {
	process, _, _ := strings.Cut(claim, "/")
	return process
}

// Recover gives the buckets that are still claimed so a new epoch, and has their reads refused until the watermark of
// each feed is where the feed ends now.
func (l *Levels) Recover(ctx context.Context, claim string, epoch int64, feeds []pipelines.Feed) (buckets int, err error) {
	err = l.do(ctx, len(feeds), func(u *unit) error { //nolint:contextcheck // see conn.exec
		claimed, err := u.claimed(claim, epoch)
		if err != nil {
			return err
		}
		for _, b := range claimed {
			if err := u.recover(b, epoch, feeds); err != nil {
				return err
			}
		}
		buckets = len(claimed)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("recovering: %w", outcome(err))
	}
	return buckets, nil
}

// claimed are the buckets with that claim; it fails when the epoch is not after theirs.
func (u *unit) claimed(claim string, epoch int64) ([]*bucket, error) {
	var found []*bucket
	for number := range u.cfg.Buckets {
		b, err := u.bucket(number)
		if err != nil {
			return nil, err
		}
		if claim == "" || b.claim != claim {
			continue
		}
		if epoch <= b.epoch { // of one that is unborn it is 0, which is no epoch
			return nil, ownError{fmt.Errorf("bucket %d: epoch %d after %d", number, epoch, b.epoch)}
		}
		found = append(found, b)
	}
	return found, nil
}

func (u *unit) recover(b *bucket, epoch int64, feeds []pipelines.Feed) error {
	b.born, b.epoch, b.claim, b.claimed, b.changed = true, epoch, "", 0, true
	if err := u.forgetTargets(b.number); err != nil {
		return err
	}
	for i := range feeds {
		m, err := u.anyMark(markID{b.number, feeds[i].Part})
		if err != nil {
			return err
		}
		has := int64(0)
		if m.made == feeds[i].Topic {
			has = m.mark
		}
		if has < feeds[i].End {
			m.target, m.awaited, m.changed = feeds[i].End, feeds[i].Topic, true
		}
	}
	return nil
}

// forgetTargets ends all reading back of a bucket.
func (u *unit) forgetTargets(number int) error {
	if err := u.flush(); err != nil {
		return err
	}
	for id, m := range u.marks {
		if id.bucket == number {
			m.target, m.awaited = 0, ""
		}
	}
	return u.c.dropTargets.do(int64(number))
}

// Raise says that everything of a partition below next is settled, in all buckets: what brought a bucket nothing counts as
// well. The error is pipelines.ErrLost when a bucket has less than this lane was told, and for a partition that was not
// opened; then nothing is changed.
func (l *Levels) Raise(ctx context.Context, part pipelines.Partition, next int64) error {
	lane := l.laneOf(part)
	if lane == nil {
		return fmt.Errorf("raising the watermarks of %s: %w", part, pipelines.ErrLost)
	}
	err := l.do(ctx, 1, func(u *unit) error { //nolint:contextcheck // see conn.exec
		for number := range l.cfg.Buckets {
			if err := u.whole(number, lane); err != nil {
				return err
			}
		}
		for number := range l.cfg.Buckets {
			if err := u.pass(number, lane, next); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("raising the watermarks of %s: %w", part, outcome(err))
	}
	return nil
}
