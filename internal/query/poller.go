package query

import (
	"context"
	"time"

	"sluice/schemas"
)

// pagePositions is how many positions are asked of the store at once.
const pagePositions = 2000

// poll looks at a box again and again until ctx ends. Each look reaches back Overlap
// before the last that succeeded (but never beyond MaxAge), for a position becomes searchable some time
// after its event; what was told already is not told again. After a look that was cut, the next goes on from
// there: else a full box would show its oldest positions for ever.
func (l *live) poll(ctx context.Context, p *poller) {
	tick := time.NewTicker(l.cfg.Live.Poll)
	defer tick.Stop()
	told := newSent(2 * l.cfg.Live.MaxPositions)
	last, behind := time.Now(), int64(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := time.Now()
		found, err := l.look(ctx, p.box, now, max(l.since(now, last), behind), told.fresh)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			l.obs.QueryFailed(pathLive, err)
			continue
		}
		last, behind = now, found.next
		told.forget(found.since)
		if len(found.events) > 0 || found.cut {
			l.tell(p, found)
		}
	}
}

// since is how far a look at now must reach back when all was seen at last, ms.
func (l *live) since(now, last time.Time) int64 {
	return max(last.Add(-l.cfg.Live.Overlap).UnixMilli(), now.Add(-l.cfg.MaxAge).UnixMilli())
}

// look asks the store for all since then, page by page up to MaxPositions.
func (l *live) look(ctx context.Context, box schemas.Box, now time.Time, since int64, pass func(string, int64) bool) (*poll, error) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	p := &poll{at: now.UnixMilli(), since: since}
	from := since
	for left := l.cfg.Live.MaxPositions; left > 0; {
		limit := min(left, pagePositions)
		page, err := l.area.Within(ctx, schemas.WithinQuery{Box: box, Since: from, Limit: limit})
		if err != nil {
			return nil, err
		}
		if err := p.encode(page, pass); err != nil {
			return nil, err
		}
		if len(page) < limit {
			return p, nil
		}
		left -= limit
		// A whole page of one millisecond cannot be got past by its time: what more there is of it is left out.
		from = max(page[limit-1].TS, from+1)
	}
	p.cut, p.next = true, from
	return p, nil
}
