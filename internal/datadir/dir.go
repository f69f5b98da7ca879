package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Dir is a data directory that this process holds.
type Dir struct {
	path string
	lock *os.File
}

// Open takes the directory for this process, and makes it when it is missing. It refuses a
// directory that another process holds (the error says which, by pid), one of another
// format, one of another user, and one with files in it that has no format: somebody's home,
// perhaps. Such a directory is left as it was found.
//
// The lock ends with the process, however that ends. It holds on one machine: a directory
// shared over a network may be taken twice.
func Open(path string) (*Dir, error) {
	d, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("opening data directory %q: %w", path, Denied(err, path))
	}
	return d, nil
}

func open(path string) (*Dir, error) {
	if path == "" {
		return nil, errors.New("the path is empty")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := makeDir(path); err != nil {
		return nil, err
	}
	if err := ours(path); err != nil && !errors.Is(err, errUnmarked) {
		return nil, err
	}
	if err := owned(path, os.Geteuid()); err != nil {
		return nil, err
	}
	lock, err := hold(filepath.Join(path, lockFile))
	if err != nil {
		return nil, err
	}
	if err := ensureFormat(path); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &Dir{path: path, lock: lock}, nil
}

// Sub is the path of a part's own directory, made when it is missing; it is an error when
// something in it may not be written. The name is one plain element, such as "kafka".
func (d *Dir) Sub(name string) (string, error) {
	if !filepath.IsLocal(name) || filepath.Base(name) != name || name == "." {
		return "", fmt.Errorf("making a sub-directory of the data directory: %q is no plain name", name)
	}
	path := filepath.Join(d.path, name)
	if err := makeDir(path); err != nil {
		return "", fmt.Errorf("making a sub-directory of the data directory: %w", Denied(err, d.path))
	}
	if err := writable(path); err != nil {
		return "", fmt.Errorf("looking whether %q of the data directory may be written: %w", name, Denied(err, d.path))
	}
	return path, nil
}

// Close lets another process have the directory. Whoever writes below it must have stopped.
func (d *Dir) Close() error {
	if err := errors.Join(d.lock.Truncate(0), d.lock.Close()); err != nil {
		return fmt.Errorf("closing the data directory: %w", err)
	}
	return nil
}

// Check looks whether path is a data directory of this format. It takes no lock and changes
// nothing, so it may be asked beside the process that holds the directory. A path that does
// not exist is an fs.ErrNotExist.
func Check(path string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("checking data directory: %w", Denied(err, path))
	}
	if err := ours(path); err != nil {
		return fmt.Errorf("checking data directory %q: %w", path, Denied(err, path))
	}
	return nil
}

// makeDir makes a directory that is missing, so that it is there after a power cut.
func makeDir(path string) error {
	found, err := os.Stat(path)
	switch {
	case err == nil && !found.IsDir():
		return fmt.Errorf("%s is a file, not a directory", path)
	case err == nil:
		return nil
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	parent := filepath.Dir(path)
	if err := makeDir(parent); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o750); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(parent)
}

// syncDir makes the names in a directory survive a power cut.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
