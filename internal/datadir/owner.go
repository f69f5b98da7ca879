package datadir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// owned refuses a directory that another user works in: files that this process would write
// there are files that the other may not write any more. The top of a volume may belong to
// somebody else and be opened to a group, so that it counts only for root, whom no permission
// stops.
func owned(path string, uid int) error {
	names := []string{formatFile, lockFile}
	if uid == 0 {
		names = append(names, ".")
	}
	for _, name := range names {
		of, err := ownerOf(filepath.Join(path, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case of != uid:
			return fmt.Errorf("it belongs to %s, this process is %s: run it as the former, for example `sudo -u '#%d' sluice …`; or give it to the latter: chown -R %d %s",
				userName(of), userName(uid), of, uid, path)
		}
	}
	return nil
}

// Denied adds to an error about a file in a tree that may not be used who runs, whom the file
// belongs to, and what to do. Other errors, and nil, come back as they are.
func Denied(err error, tree string) error {
	var at *fs.PathError
	switch {
	case !errors.As(err, &at):
		return err
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("%w; its file system is mounted for reading only: mount it for writing, or choose another directory", err)
	case !errors.Is(err, fs.ErrPermission):
		return err
	}
	uid := os.Geteuid()
	closed, of := closedBy(at.Path)
	if len(closed) < len(filepath.Clean(tree)) { // above the tree: nothing there is ours to give away
		return fmt.Errorf("%w; this process is %s, and %s belongs to %s: choose another directory, or make %s for this user beforehand",
			err, userName(uid), closed, userName(of), tree)
	}
	if top, topErr := ownerOf(tree); topErr == nil && top != uid && of != uid {
		return fmt.Errorf("%w; this process is %s, and %s belongs to %s: run it as that user, or give it to this one: sudo chown -R %d %s",
			err, userName(uid), closed, userName(of), uid, tree)
	}
	return fmt.Errorf("%w; this process is %s, and %s belongs to %s: sudo chown -R %d %s && chmod -R u+rwX %s",
		err, userName(uid), closed, userName(of), uid, tree, tree)
}

// closedBy names the nearest that can be looked at: whoever may not enter a directory cannot
// see whom the files in it belong to.
func closedBy(path string) (closed string, owner int) {
	for {
		of, err := ownerOf(path)
		parent := filepath.Dir(path)
		if err == nil || parent == path {
			return path, of
		}
		path = parent
	}
}

// writable refuses a tree with something in it that this process may not write.
func writable(tree string) error {
	return filepath.WalkDir(tree, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a reader beside us takes its own files away
		}
		if err != nil {
			return err
		}
		need := uint32(unix.R_OK | unix.W_OK)
		if entry.IsDir() {
			need |= unix.X_OK
		}
		err = unix.Faccessat(unix.AT_FDCWD, path, need, unix.AT_EACCESS)
		if err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
		return &fs.PathError{Op: "writing", Path: path, Err: err}
	})
}

func ownerOf(path string) (int, error) {
	var is unix.Stat_t
	if err := unix.Stat(path, &is); err != nil {
		return 0, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return int(is.Uid), nil
}

// userName is a user as a person knows them.
func userName(uid int) string {
	id := strconv.Itoa(uid)
	if known, err := user.LookupId(id); err == nil {
		return known.Username + " (uid " + id + ")"
	}
	return "uid " + id
}
