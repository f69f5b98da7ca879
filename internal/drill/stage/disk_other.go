//go:build !linux

package stage

import (
	"context"
	"fmt"
)

func (h *House) shrink(context.Context, int64) error {
	return fmt.Errorf("%w: mounting a small file system needs Linux", ErrCannot)
}

func (h *House) widen(context.Context) error { return nil }

func (h *House) unmount() error { return nil }
