package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"sluice/schemas"
)

// Track returns one page of a driver's pings in time order. Within one ms they are in the
// order of the device's clock, then of the app's counter: with the driver that is a ping's
// whole identity, so no page repeats or skips one. A ping that arrives late, behind the
// cursor, is not in the pages that follow.
func (s *Store) Track(ctx context.Context, q schemas.TrackQuery) (schemas.Track, error) {
	after := schemas.TrackStep{math.MinInt64}
	if q.Cursor != "" {
		var err error
		if after, err = schemas.ParseTrackStep(q.Cursor); err != nil || after[0] < q.From || after[0] >= q.To {
			return schemas.Track{}, fmt.Errorf("reading track: %w", schemas.ErrBadCursor)
		}
		q.From = after[0]
	}
	q.Limit = min(q.Limit, maxPage)
	page := trackPage{q: q, after: after}
	for _, day := range s.daysBetween(q.From, q.To) {
		err := s.reading(day, func(reads *sql.DB) error { return page.read(ctx, reads) }) //nolint:contextcheck // see reading
		if err != nil {
			return schemas.Track{}, fmt.Errorf("reading track: %w", unavailable(err))
		}
		if len(page.points) > q.Limit {
			break
		}
	}
	return page.track(), nil
}

// daysBetween are the targets of history that may hold an event time of From until To, in order.
func (s *Store) daysBetween(from, to int64) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var days []string
	for target, p := range s.places {
		f := familyFor(s.families, target)
		day, ok := f.dayOf(target)
		if ok && p.there && day.UnixMilli() < to && day.AddDate(0, 0, 1).UnixMilli() > from {
			days = append(days, target)
		}
	}
	slices.Sort(days) // YYYY.MM.DD: by name is by time
	return days
}

// unavailable marks what kept a question from being answered as the store's matter, unless the one who
// asked has gone.
func unavailable(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w: %w", schemas.ErrUnavailable, err)
}
