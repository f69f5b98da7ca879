package embedded

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"sluice/pipelines"
	"sluice/schemas"
)

// Store is everything that an embedded installation holds. It is used from many goroutines at once.
type Store struct {
	cfg      Config
	families []family
	drivers  *index
	files    *manifest
	batches  sync.Pool     // *batch
	turns    chan struct{} // of its transactions

	unopened atomic.Pointer[unopened] // the last target whose file could not be opened for a write; nil once it could

	mu     sync.Mutex
	places map[string]*place // every file that is there, by target
	uses   int64             // counts up: who was used last
	closed bool
}

type unopened struct {
	target string
	err    error
}

var _ pipelines.Sink = (*Store)(nil)

var errClosed = errors.New("the store is closed")

// Open opens the store in cfg.Dir, or makes it, and reads the positions into memory. The caller sees to it
// that no other process has it open for writing. A file that is damaged, missing, or of another format, is an error
// that names it: nothing is made anew in its place. One that is missing is ErrMissing.
func Open(cfg Config) (*Store, error) {
	known, err := families()
	if err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	return open(cfg, known)
}

func open(cfg Config, known []family) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	dir, err := absolute(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	s := &Store{cfg: cfg.withDefaults(), families: known, drivers: newIndex(), turns: turns(), places: map[string]*place{}}
	s.cfg.Dir = dir
	targets, err := s.cfg.targets(known)
	if err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	if s.files, err = openManifest(dir, targets); err != nil {
		return nil, fmt.Errorf("opening store: %w", explain(err, dir))
	}
	for _, target := range targets {
		s.places[target] = &place{there: true}
	}
	// What is searched by place must be in memory before anybody asks; a day or month is opened when it is needed.
	for i := range known {
		if known[i].several() {
			continue
		}
		_, release, err := s.use(known[i].name, true)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("opening store: %w", err), s.Close())
		}
		release()
	}
	return s, nil
}

// Ready returns nil when the last writes could be carried out. The error wraps schemas.ErrUnavailable and says what
// was in the way, such as a full disk; the next write that succeeds ends it.
func (s *Store) Ready(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if failed := s.unopened.Load(); failed != nil {
		return fmt.Errorf("asking whether the store is ready: %w: writing %s: %w", schemas.ErrUnavailable, failed.target, failed.err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fmt.Errorf("asking whether the store is ready: %w: %w", schemas.ErrUnavailable, errClosed)
	}
	for target, p := range s.places {
		if opened := p.file.Load(); opened != nil {
			if err := opened.trouble.Load(); err != nil {
				return fmt.Errorf("asking whether the store is ready: %w: writing %s: %w", schemas.ErrUnavailable, target, *err)
			}
		}
	}
	return nil
}

// Close waits for the writes under way, moves the logs into the files and closes them. A second call does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	places := make([]*place, 0, len(s.places))
	for _, p := range s.places {
		places = append(places, p)
	}
	s.mu.Unlock()
	var errs []error
	for _, p := range places {
		p.mu.Lock()
		errs = append(errs, p.close())
		p.mu.Unlock()
	}
	return errors.Join(errs...)
}
