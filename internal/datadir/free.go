package datadir

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Free is how many bytes a process without privileges may still write on the file system of
// path, which must exist.
func Free(path string) (int64, error) {
	var is unix.Statfs_t
	if err := unix.Statfs(path, &is); err != nil {
		return 0, fmt.Errorf("asking for the free space of %q: %w", path, err)
	}
	return int64(is.Bavail * uint64(is.Bsize)), nil
}
