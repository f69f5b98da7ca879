package rewind

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"sluice/pipelines"
)

// begin looks for losses and recovers what has to be, until the lane has begun or ctx ends.
func (r *Rewinder) begin(ctx context.Context, inner Source, part pipelines.Partition) (Report, error) {
	report := Report{Part: part}
	for failures := 0; ; failures++ {
		begun, err := r.try(ctx, inner, &report)
		switch {
		case ctx.Err() != nil:
			return Report{}, context.Cause(ctx)
		case err != nil:
			r.deps.Observer.RewindFailed(part, fmt.Errorf("looking for losses: %w", err))
		case begun:
			return report, nil
		}
		r.pause(ctx, failures)
	}
}

// try is one look, and the recovery that it asks for; a lane has begun when a look asks for none. The
// feed is asked for before each: what it says must not be older than what the store says.
func (r *Rewinder) try(ctx context.Context, inner Source, report *Report) (begun bool, err error) {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	for range 2 { // the second look comes behind a recovery
		feed, err := inner.Feed(ctx)
		if err != nil {
			return false, fmt.Errorf("asking where it stands: %w", err)
		}
		claim := r.name + "/" + rand.Text()
		marks, err := r.deps.Store.Open(ctx, feed, claim)
		if err != nil {
			return false, fmt.Errorf("asking for watermarks: %w", err)
		}
		report.note(feed, marks)
		if marks.Claimed == 0 {
			return marks.Others == 0, nil
		}
		if err := r.recover(ctx, feed, claim, marks, report); err != nil {
			return false, err
		}
	}
	return false, nil
}

// note takes down what a look found. What is missing is not found by the next one: a watermark
// passes what is no longer there.
func (r *Report) note(feed pipelines.Feed, marks pipelines.Marks) {
	r.From, r.To = marks.From, feed.Next
	if had := max(marks.Least, 0); !feed.Fresh && had < feed.Oldest {
		if r.Short() {
			had = min(had, r.Missing)
		}
		r.Missing, r.MissingTo = had, feed.Oldest
	}
}

// recover gives the claimed buckets an epoch that was drawn after they were claimed, so that it is
// greater than any that they ever had.
func (r *Rewinder) recover(ctx context.Context, own pipelines.Feed, claim string, marks pipelines.Marks, report *Report) error {
	feeds, err := r.deps.Feeds.Feeds(ctx)
	if err != nil {
		return fmt.Errorf("asking where all partitions stand: %w", err)
	}
	epoch, err := r.deps.Epochs.Next(ctx, marks.Epoch)
	if err != nil {
		return fmt.Errorf("drawing an epoch: %w", err)
	}
	buckets, err := r.deps.Store.Recover(ctx, claim, epoch, r.targets(own, feeds))
	if err != nil {
		return fmt.Errorf("recovering %d buckets with epoch %d: %w", marks.Claimed, epoch, err)
	}
	if buckets > 0 {
		report.Buckets += buckets
		report.Unborn += min(marks.Unborn, buckets)
		report.Epoch = epoch
	}
	return nil
}

// targets are the feeds with End where a recovered bucket has all that it may have had. A feed of which
// nothing was ever committed has nothing to lose: it may never be read.
func (r *Rewinder) targets(own pipelines.Feed, feeds []pipelines.Feed) []pipelines.Feed {
	targets := make([]pipelines.Feed, 0, len(feeds)+1)
	for _, feed := range append(slices.Clip(feeds), own) {
		if feed.Fresh || (feed.Part == own.Part && feed != own) {
			continue
		}
		feed.End = max(feed.Next, min(feed.End, feed.Next+r.cfg.Ahead))
		targets = append(targets, feed)
	}
	return targets
}
