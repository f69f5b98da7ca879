package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Create makes a file below a data directory, or empties the one that is there. A link in its place is refused: what it
// leads to is not ours.
func Create(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|unix.O_NOFOLLOW, 0o600)
	if errors.Is(err, unix.ELOOP) {
		return nil, fmt.Errorf("%s is a link: what it leads to would be overwritten; take it away: %w", filepath.Base(path), err)
	}
	return f, err
}
