package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	formatFile = "FORMAT"
	formatTemp = "FORMAT.tmp"
	// formatName and formatVersion are the content of FORMAT. The version grows when an
	// older sluice could no longer read what a newer one has written.
	formatName    = "sluice-data"
	formatVersion = 1
)

// errUnmarked is a directory that is empty but for what Open itself leaves when it is
// interrupted: free to take.
var errUnmarked = errors.New("it is empty, not a data directory yet")

// ours looks at a directory without changing it. The names are read before the mark: a
// process that is just making the directory writes the mark before anything else.
func ours(path string) error {
	names, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	if err := plain(names); err != nil {
		return err
	}
	mark, err := os.ReadFile(filepath.Join(path, formatFile))
	if err == nil {
		return readable(string(mark))
	}
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, entry := range names {
		switch entry.Name() {
		case lockFile, formatTemp, "lost+found": // the last is at the top of a new volume
		default:
			return fmt.Errorf("it is not a data directory: it has no %s file, but other files such as %q; choose an empty directory or a new name", formatFile, entry.Name())
		}
	}
	return errUnmarked
}

// plain refuses a link, or whatever else is no file, where we write: what is behind a link is not ours.
func plain(names []os.DirEntry) error {
	for _, entry := range names {
		switch entry.Name() {
		case lockFile, formatTemp:
			if !entry.Type().IsRegular() {
				return fmt.Errorf("its %s is no plain file: what a link leads to would be overwritten; take it away", entry.Name())
			}
		}
	}
	return nil
}

// readable says whether this version of sluice understands the mark.
func readable(mark string) error {
	name, number, _ := strings.Cut(strings.TrimSuffix(mark, "\n"), " ")
	version, err := strconv.Atoi(number)
	switch {
	case name != formatName || err != nil || version < 1:
		return fmt.Errorf("its %s file is not sluice's: it should read %q", formatFile, fmt.Sprintf("%s %d", formatName, formatVersion))
	case version > formatVersion:
		return fmt.Errorf("it has format %d, made by a newer sluice; this one reads format %d", version, formatVersion)
	case version < formatVersion:
		return fmt.Errorf("it has format %d, made by an older sluice; this one reads format %d", version, formatVersion)
	}
	return nil
}

// ensureFormat checks the mark again, now that the directory is held, and writes it when it
// is missing: whole or not at all.
func ensureFormat(path string) error {
	err := ours(path)
	if !errors.Is(err, errUnmarked) {
		return err
	}
	temp := filepath.Join(path, formatTemp)
	if err := writeSynced(temp, fmt.Sprintf("%s %d\n", formatName, formatVersion)); err != nil {
		return err
	}
	if err := os.Rename(temp, filepath.Join(path, formatFile)); err != nil {
		return err
	}
	return syncDir(path)
}

func writeSynced(path, content string) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
