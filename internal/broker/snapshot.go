package broker

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// snapshot is a partition's snapshot.json. With one that fits its files, kfake opens a
// partition file by file; without, it holds the whole partition in memory for a while.
type snapshot struct {
	Version          int             `json:"version"`
	HighWatermark    int64           `json:"high_watermark"`
	LastStableOffset int64           `json:"last_stable_offset"`
	LogStartOffset   int64           `json:"log_start_offset"`
	Epoch            int32           `json:"epoch"`
	MaxTimestamp     int64           `json:"max_timestamp"`
	CreatedAt        time.Time       `json:"created_at"`
	Segments         []snapshotFacts `json:"segments"`
}

type snapshotFacts struct {
	BaseOffset int64 `json:"base_offset"`
	Size       int64 `json:"size"`
	MinEpoch   int32 `json:"min_epoch,omitempty"`
	MaxEpoch   int32 `json:"max_epoch,omitempty"`
}

// fits says whether the files are those that the snapshot was made of.
func (s *snapshot) fits(dir string, bases []int64) (bool, error) {
	if len(s.Segments) != len(bases) {
		return false, nil
	}
	for i, facts := range s.Segments {
		if facts.BaseOffset != bases[i] {
			return false, nil
		}
		found, err := os.Stat(filepath.Join(dir, segmentName(bases[i])))
		if err != nil {
			return false, err
		}
		if found.Size() != facts.Size {
			return false, nil
		}
	}
	return true, nil
}

// basesOf lists the first offsets that the names of a partition's files give, in order.
func basesOf(dir string) ([]int64, error) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var bases []int64
	for _, entry := range names {
		number, isSegment := strings.CutSuffix(entry.Name(), segmentSuffix)
		if !isSegment {
			continue
		}
		base, err := strconv.ParseInt(number, 10, 64)
		if err != nil || base < 0 {
			continue // not kfake's
		}
		bases = append(bases, base)
	}
	slices.Sort(bases)
	return bases, nil
}
