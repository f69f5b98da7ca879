package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sluice/pipelines"
	"sluice/schemas"
)

// Driver returns one driver's latest position, however old it is. The error wraps
// schemas.ErrNotFound when there is none.
func (s *Store) Driver(ctx context.Context, id string) (schemas.Position, error) {
	if ctx.Err() != nil {
		return schemas.Position{}, fmt.Errorf("reading driver: %w", context.Cause(ctx))
	}
	d := s.drivers.get(id)
	if d == nil {
		return schemas.Position{}, fmt.Errorf("reading driver: %w", schemas.ErrNotFound)
	}
	return d.position(), nil
}

// Sees reports whether a search would find this write, or a newer version of it, now.
func (s *Store) Sees(ctx context.Context, w pipelines.Write) (bool, error) {
	f := familyFor(s.families, w.Target)
	if f != nil && f.drivers {
		d := s.drivers.get(string(w.Key))
		return d != nil && d.version >= w.Version, nil
	}
	seen := false
	err := s.reading(w.Target, func(reads *sql.DB) (err error) { //nolint:contextcheck // see reading
		seen, err = holds(ctx, f, reads, w)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("looking for a write: %w", unavailable(err))
	}
	return seen, nil
}

// holds looks into one file.
func holds(ctx context.Context, f *family, reads *sql.DB, w pipelines.Write) (bool, error) {
	if f.orders {
		return holdsOrder(ctx, reads, w)
	}
	var row *sql.Row
	if f.versions {
		row = reads.QueryRowContext(ctx, "SELECT version FROM docs WHERE name = ?", w.Key)
	} else {
		ts, _ := keyTime(w.Key)
		row = reads.QueryRowContext(ctx, "SELECT 0 FROM docs WHERE slot = ? AND name = ?", slotOf(ts), w.Key)
	}
	var version int64
	err := row.Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && version >= w.Version, err
}
