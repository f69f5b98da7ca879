package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Retain keeps the days of the last keepDays whole UTC days before today's and drops older ones, whole: their room is free
// at once. family is what the names begin with, such as "pings-". It returns the targets dropped, also
// when an error ends it. A day that is being written or read is dropped after that.
func (s *Store) Retain(ctx context.Context, family string, keepDays int, now time.Time) (dropped []string, err error) {
	first := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -keepDays)
	old, err := s.daysBefore(family, keepDays, first)
	if err != nil {
		return nil, fmt.Errorf("retaining %q: %w", family, err)
	}
	for _, target := range old {
		if ctx.Err() != nil {
			return dropped, fmt.Errorf("retaining %q: %w", family, context.Cause(ctx))
		}
		if err := s.drop(target); err != nil {
			return dropped, fmt.Errorf("dropping %s: %w", target, err)
		}
		dropped = append(dropped, target)
	}
	return dropped, nil
}

// daysBefore are the days of a family before the first one to keep, oldest first.
func (s *Store) daysBefore(name string, keepDays int, first time.Time) ([]string, error) {
	at := slices.IndexFunc(s.families, func(f family) bool { return f.daily && f.name == name })
	if at < 0 || keepDays < 1 {
		return nil, errors.New("a family of days is kept for at least one day")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	var old []string
	for target, p := range s.places {
		if day, ok := s.families[at].dayOf(target); ok && p.there && day.Before(first) {
			old = append(old, target)
		}
	}
	slices.Sort(old)
	return old, nil
}

// drop closes the file of a day and removes it.
func (s *Store) drop(target string) error {
	s.mu.Lock()
	p := s.places[target]
	s.mu.Unlock()
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return nil
	}
	if err := p.close(); err != nil {
		return err
	}
	if err := s.files.remove(target); err != nil {
		return err
	}
	// The log goes first: a log without its file would be taken for the log of the next one of that name.
	path := filepath.Join(s.cfg.Dir, target+fileSuffix)
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	s.mu.Lock()
	p.gone = true
	delete(s.places, target)
	s.mu.Unlock()
	return syncDir(s.cfg.Dir)
}
