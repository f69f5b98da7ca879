package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// shrink starts Elasticsearch anew, empty, on a file system of that many bytes in memory; what it
// held before lies below, untouched.
func (h *House) shrink(ctx context.Context, bytes int64) error {
	elastic := named(h.servers, "elastic")[0]
	if err := elastic.Kill(ctx); err != nil {
		return err
	}
	data := h.elasticData()
	err := os.MkdirAll(data, 0o750)
	if err == nil {
		err = unix.Mount("tmpfs", data, "tmpfs", unix.MS_NODEV|unix.MS_NOSUID, "size="+strconv.FormatInt(bytes, 10))
	}
	if err != nil {
		err = fmt.Errorf("%w: mounting a small file system: %w", ErrCannot, err)
	}
	return errors.Join(err, elastic.Start(ctx))
}

// widen undoes shrink.
func (h *House) widen(ctx context.Context) error {
	elastic := named(h.servers, "elastic")[0]
	if err := elastic.Kill(ctx); err != nil {
		return err
	}
	return errors.Join(h.unmount(), elastic.Start(ctx))
}

// unmount takes the small file system away, if there is one; its memory goes with the last mapping of whoever used
// it, which may outlive a killed process for a moment.
func (h *House) unmount() error {
	err := unix.Unmount(h.elasticData(), unix.MNT_DETACH)
	if err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOENT) { // it was never mounted
		return fmt.Errorf("unmounting the small file system: %w", err)
	}
	return nil
}
