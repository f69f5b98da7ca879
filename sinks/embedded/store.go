package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// Store is everything that an embedded installation holds. It is used from many goroutines at once.
type Store struct {
	cfg Config
}

var _ pipelines.Sink = (*Store)(nil)

var errNotYet = errors.New("not built yet")

// Open opens the store in cfg.Dir, or makes it. The caller sees to it that no other process does.
func Open(cfg Config) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	return &Store{cfg: cfg.withDefaults()}, nil
}

// Write makes the writes durable and fills results after that.
func (s *Store) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	return errNotYet
}

// Nearby returns the drivers around a point, nearest first (ties by driver id).
func (s *Store) Nearby(ctx context.Context, q schemas.NearbyQuery) ([]schemas.Near, error) {
	return nil, errNotYet
}

// Driver returns one driver's latest position; the error wraps schemas.ErrNotFound when there is none.
func (s *Store) Driver(ctx context.Context, id string) (schemas.Position, error) {
	return schemas.Position{}, errNotYet
}

// Track returns one page of a driver's pings in time order.
func (s *Store) Track(ctx context.Context, q schemas.TrackQuery) (schemas.Track, error) {
	return schemas.Track{}, errNotYet
}

// Within returns the positions of a box whose event time is Since or later, oldest first.
func (s *Store) Within(ctx context.Context, q schemas.WithinQuery) ([]schemas.Position, error) {
	return nil, errNotYet
}

// Ready returns nil when the store can be read and written.
func (s *Store) Ready(ctx context.Context) error { return errNotYet }

// Sees reports whether a search would find this write, or a newer version of it, now.
func (s *Store) Sees(ctx context.Context, w pipelines.Write) (bool, error) { return false, errNotYet }

// Documents hands every document of a family to each, which may keep it.
func (s *Store) Documents(ctx context.Context, q schemas.DocumentsQuery, each func(schemas.Document) error) error {
	return errNotYet
}

// Retain keeps the days of the last keepDays whole UTC days before today's and drops older ones, whole.
func (s *Store) Retain(ctx context.Context, family string, keepDays int, now time.Time) (dropped []string, err error) {
	return nil, errNotYet
}

// Close waits for the writes under way and closes the files.
func (s *Store) Close() error { return nil }
