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
	opened, release, err := s.use(w.Target, false) //nolint:contextcheck // see Documents
	if errors.Is(err, errNoFile) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking for a write: %w", unavailable(err))
	}
	defer release()
	reads, err := opened.pool()
	if err != nil {
		return false, fmt.Errorf("looking for a write: %w", unavailable(err))
	}
	var row *sql.Row
	if opened.family.versions {
		row = reads.QueryRowContext(ctx, "SELECT version FROM docs WHERE name = ?", w.Key)
	} else {
		ts, _ := keyTime(w.Key)
		row = reads.QueryRowContext(ctx, "SELECT 0 FROM docs WHERE slot = ? AND name = ?", slotOf(ts), w.Key)
	}
	var version int64
	switch err := row.Scan(&version); {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("looking for a write: %w", unavailable(err))
	}
	return version >= w.Version, nil
}
