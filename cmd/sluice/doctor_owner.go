package main

import (
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"

	"sluice/internal/doctor"
)

// judgeOwners looks for files in a data directory that the user it belongs to may not write:
// what another user, root above all, has made there.
func judgeOwners(dir string) []doctor.Finding {
	j := judged{what: "owner", where: dir}
	owner, err := ownerOf(dir)
	if err != nil {
		return only(doctor.Skipped("owner", dir, err.Error()))
	}
	if owner == 0 { // the top of a volume, perhaps: the mark is made by whoever works there
		if owner, err = ownerOf(filepath.Join(dir, "FORMAT")); err != nil {
			return only(doctor.Skipped("owner", dir, err.Error()))
		}
	}
	others, first, err := notWritableBy(owner, dir)
	switch {
	case err != nil:
		return only(doctor.Skipped("owner", dir, err.Error()))
	case others > 0:
		j.fail(fmt.Sprintf("sudo chown -R %d %s && sudo chmod -R u+rwX %s", owner, dir, dir),
			"%s not belong to uid %d, whose it is, or may not be written by it: %s", doNot(others), owner, first)
	}
	return j.or("all of it belongs to uid %d", owner)
}

func doNot(files int) string {
	if files == 1 {
		return "1 file does"
	}
	return fmt.Sprintf("%d files do", files)
}

// notWritableBy counts what in a tree does not belong to a user or may not be written by its
// owner, and names the first of it. Root writes everything.
func notWritableBy(owner int, tree string) (files int, first string, err error) {
	err = filepath.WalkDir(tree, func(path string, entry fs.DirEntry, err error) error {
		var is unix.Stat_t
		if err == nil {
			err = unix.Lstat(path, &is)
		}
		switch {
		case err != nil && path != tree && (entry == nil || !entry.IsDir()):
			return nil // taken away meanwhile
		case err != nil:
			return err
		case path == tree:
			return nil
		case path == filepath.Join(tree, "lost+found"):
			return fs.SkipDir
		}
		need := uint32(unix.S_IRUSR | unix.S_IWUSR)
		if entry.IsDir() {
			need |= unix.S_IXUSR
		}
		if int(is.Uid) != owner || owner != 0 && uint32(is.Mode)&need != need { //nolint:unconvert // another type elsewhere
			files++
			if first == "" {
				first = path
			}
		}
		return nil
	})
	return files, first, err
}

// ownerName is the owner as sudo wants them.
func ownerName(path string) string {
	uid, err := ownerOf(path)
	if err != nil {
		return "USER"
	}
	return fmt.Sprintf("'#%d'", uid)
}

func ownerOf(path string) (int, error) {
	var is unix.Stat_t
	if err := unix.Stat(path, &is); err != nil {
		return 0, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return int(is.Uid), nil
}
