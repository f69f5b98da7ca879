package embedded

import (
	"context"
	"fmt"

	"sluice/schemas"
)

// Reader reads a store from another process, beside its owner or without one.
type Reader struct {
	cfg Config
}

// OpenReader opens the store in cfg.Dir for reading. It takes no lock and changes nothing.
func OpenReader(cfg Config) (*Reader, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("opening store for reading: %w", err)
	}
	return &Reader{cfg: cfg.withDefaults()}, nil
}

// Documents hands every document of a family to each, which may keep it.
func (r *Reader) Documents(ctx context.Context, q schemas.DocumentsQuery, each func(schemas.Document) error) error {
	return errNotYet
}

// Close closes the files.
func (r *Reader) Close() error { return nil }
