package broker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"sluice/internal/datadir"
)

// kfake's files, as it lays them out in its data directory, and the version that it writes.
const (
	kfakeVersion  = 1
	metaFile      = "meta.json"
	topicsFile    = "topics.json"
	groupsFile    = "groups.log"
	pidsFile      = "pids.log"
	windowsFile   = "seq_windows.json"
	snapshotFile  = "snapshot.json"
	partitionsDir = "partitions"
	segmentSuffix = ".dat"
	indexSuffix   = ".idx"
)

// Our own files beside them.
const (
	cleanFile  = "clean"     // kfake has ended well and all is on the disk
	endsFile   = "ends.json" // the offsets of each partition, from time to time
	orphansDir = "orphans"   // data of topics that kfake does not know
)

// partitionName is a partition's directory below partitions/.
func partitionName(topic string, part int32) string {
	return url.PathEscape(topic) + "-" + strconv.Itoa(int(part))
}

func segmentName(base int64) string { return strconv.FormatInt(base, 10) + segmentSuffix }
func indexName(base int64) string   { return strconv.FormatInt(base, 10) + indexSuffix }

// writeJSON replaces a file: whole or not at all, also after a power cut.
func writeJSON(path string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", filepath.Base(path), err)
	}
	return replace(path, raw)
}

func replace(path string, chunks ...[]byte) error {
	temp := path + ".tmp" // kfake removes what is left of these
	f, err := datadir.Create(temp)
	if err != nil {
		return err
	}
	for _, chunk := range chunks {
		if err == nil {
			_, err = f.Write(chunk)
		}
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// readJSON says whether the file was there.
func readJSON(path string, v any) (bool, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return true, fmt.Errorf("reading %s: %w", filepath.Base(path), err)
	}
	return true, nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// cutFile shortens a file, durably; what a link leads to is not ours.
func cutFile(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	err = f.Truncate(size)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes the names in a directory survive a power cut.
func syncDir(path string) error { return syncPath(path) }

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncTree puts everything below a directory on the disk.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncPath(path)
	})
}
