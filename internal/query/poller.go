package query

import (
	"context"
	"time"

	"sluice/schemas"
)

// poll looks at a box again and again until ctx ends. Each look reaches back Overlap
// before the last that succeeded (but never beyond MaxAge), for a position becomes searchable some time
// after its event; what was told already is not told again.
func (l *live) poll(ctx context.Context, p *poller) {
	tick := time.NewTicker(l.cfg.Live.Poll)
	defer tick.Stop()
	told := newSent(2 * l.cfg.Live.MaxPositions)
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := time.Now()
		found, err := l.look(ctx, p.box, now, l.since(now, last), told.fresh)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			l.obs.QueryFailed(pathLive, err)
			continue
		}
		last = now
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

// look asks the store once.
func (l *live) look(ctx context.Context, box schemas.Box, now time.Time, since int64, pass func(string, int64) bool) (*poll, error) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	limit := l.cfg.Live.MaxPositions
	found, err := l.area.Within(ctx, schemas.WithinQuery{Box: box, Since: since, Limit: limit + 1})
	if err != nil {
		return nil, err
	}
	return newPoll(now.UnixMilli(), since, limit, found, pass)
}
