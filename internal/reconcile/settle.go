package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// settle looks at the suspects again once nothing of the first look can be in flight any more, mends what is drift,
// and looks a third time.
func (p *pass) settle(ctx context.Context) error {
	if p.doubts == 0 {
		return nil
	}
	passed, err := p.wait(ctx)
	if err != nil {
		return err
	}
	if !passed {
		p.report.Unsettled += p.doubts
		return nil
	}
	var confirmed []Drift
	for i, member := range slices.Sorted(maps.Keys(p.suspects)) {
		found, err := p.again(ctx, member, i == 0) // what the pipelines have passed is shown from then on
		if errors.Is(err, schemas.ErrRecovering) {
			p.report.Unsettled += len(p.suspects[member])
			continue
		}
		if err != nil {
			return err
		}
		drifts := both(p.suspects[member], found)
		p.report.InFlight += len(p.suspects[member]) - len(drifts)
		confirmed = append(confirmed, drifts...)
	}
	if p.job.Repair {
		if err := p.mend(ctx, confirmed); err != nil {
			return err
		}
	}
	for i := range confirmed {
		p.report.drifted(&confirmed[i])
		p.deps.Observer.Drifted(confirmed[i])
	}
	return nil
}

// wait waits until both pipelines have committed what is in the topic now; false when they do not come that far.
func (p *pass) wait(ctx context.Context) (passed bool, err error) {
	ends, err := p.ends(ctx)
	if err != nil {
		return false, err
	}
	for until := time.Now().Add(max(p.cfg.Patience, p.cfg.Settle)); ; {
		if err := pause(ctx, max(p.cfg.Poll, p.cfg.Settle)); err != nil {
			return false, err
		}
		feeds, err := p.deps.Feeds.Feeds(ctx)
		if err != nil {
			return false, fmt.Errorf("asking how far the pipelines are: %w", err)
		}
		behind := slices.ContainsFunc(feeds, func(f pipelines.Feed) bool { return f.Next < ends[f.Part] })
		if !behind {
			return true, nil
		}
		if time.Now().After(until) {
			return false, nil
		}
	}
}

// ends are where the topic's partitions end.
func (p *pass) ends(ctx context.Context) (map[pipelines.Partition]int64, error) {
	feeds, err := p.deps.Feeds.Feeds(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking where the topic ends: %w", err)
	}
	ends := map[pipelines.Partition]int64{}
	for _, f := range feeds {
		ends[f.Part] = max(ends[f.Part], f.End)
	}
	return ends, nil
}
