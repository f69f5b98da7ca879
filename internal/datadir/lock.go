package datadir

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const lockFile = "LOCK"

// hold locks the file and writes our pid into it. The kernel ends the lock with the process,
// so a pid that is left by a kill means nothing. The file is never removed: a process
// that waits for the old one would hold another file than the next.
func hold(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Truncate(0), writePID(f)); err != nil {
		return nil, errors.Join(fmt.Errorf("writing the pid: %w", err), f.Close())
	}
	return f, nil
}

func flock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return fmt.Errorf("%s uses it; stop that first, or choose another directory", holder(f))
		default:
			return fmt.Errorf("locking: %w", err)
		}
	}
}

func writePID(f *os.File) error {
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// holder names who has the lock, as far as the file tells: it is empty for a moment while a
// process takes or leaves the directory.
func holder(f *os.File) string {
	const longest = 20 // digits of a pid, with room to spare
	text, err := io.ReadAll(io.LimitReader(f, longest))
	if err != nil {
		return "another process"
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return "another process"
	}
	return fmt.Sprintf("the process with pid %d", pid)
}
