package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"sluice/schemas"
)

// Reader reads a store from another process, beside its owner or without one. It takes no lock that its owner
// would notice, and changes no document.
type Reader struct {
	cfg      Config
	families []family
}

// OpenReader opens the store in cfg.Dir for reading. Of cfg only Dir matters.
func OpenReader(cfg Config) (*Reader, error) {
	known, err := families()
	if err != nil {
		return nil, fmt.Errorf("opening store for reading: %w", err)
	}
	return openReader(cfg, known)
}

func openReader(cfg Config, known []family) (*Reader, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("opening store for reading: %w", err)
	}
	dir, err := absolute(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening store for reading: %w", err)
	}
	r := &Reader{cfg: cfg.withDefaults(), families: known}
	r.cfg.Dir = dir
	return r, nil
}

// Documents does what a Store's does.
func (r *Reader) Documents(ctx context.Context, q schemas.DocumentsQuery, each func(schemas.Document) error) error {
	targets, err := r.cfg.targets(r.families)
	if err != nil {
		return fmt.Errorf("reading documents: %w", err)
	}
	return scanAll(r.families, targets, q, each, func(scan *scan) error {
		reads, err := openReads(filepath.Join(r.cfg.Dir, scan.target+fileSuffix))
		if err != nil {
			return err
		}
		return errors.Join(r.scan(ctx, scan, reads), reads.Close())
	})
}

func (r *Reader) scan(ctx context.Context, scan *scan, reads *sql.DB) error {
	made, err := readFormat(ctx, reads)
	if err != nil || !made {
		return err
	}
	return scan.run(ctx, reads)
}

// Close ends it; nothing stays open between two calls.
func (r *Reader) Close() error { return nil }

func sorted(targets []string) []string {
	slices.Sort(targets)
	return targets
}
