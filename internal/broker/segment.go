package broker

import (
	"os"
	"path/filepath"
)

// segment is what a scan found in one file of a partition.
type segment struct {
	base    int64
	batches []batch  // good ones, in order
	keep    [][]byte // their bytes, neighbours joined
	size    int64    // of what is kept
	damaged int64    // bytes that are not
	claimed int64    // the end that a damaged last batch names, else 0
	prefix  bool     // what is kept is the front of the file
}

// mostRecords bounds what a damaged header is believed.
const mostRecords = 10_000_000

// scan walks the batches of a file. A batch that is damaged is passed over when a good one
// follows where it ends; else the file ends there.
func scan(base int64, raw []byte, next int64) segment {
	s := segment{base: base, prefix: true}
	start, pos := int64(0), int64(0)
	keepUpTo := func(end int64) {
		if end > start {
			s.keep = append(s.keep, raw[start:end])
			s.size += end - start
		}
	}
	for pos < int64(len(raw)) {
		b, err := readBatch(raw[pos:])
		if err != nil {
			break
		}
		if b.valid && b.first >= next && b.end > b.first {
			s.batches = append(s.batches, b)
			next, pos = b.end, pos+b.size
			continue
		}
		after := pos + b.size
		last := after == int64(len(raw))
		if !last {
			follower, err := readBatch(raw[after:])
			if err != nil || !follower.valid || follower.first < next {
				break
			}
			s.prefix = false
		} else if b.first == next && b.end > next && b.end-next <= mostRecords {
			s.claimed = b.end
		}
		keepUpTo(pos)
		start, pos = after, after
	}
	keepUpTo(pos)
	s.damaged = int64(len(raw)) - s.size
	return s
}

// mend makes the file what the scan keeps. A file of which nothing is left is removed.
func (s *segment) mend(dir string) error {
	path := filepath.Join(dir, segmentName(s.base))
	switch {
	case len(s.batches) == 0:
		if err := removeIfThere(filepath.Join(dir, indexName(s.base))); err != nil {
			return err
		}
		return os.Remove(path)
	case s.damaged == 0:
		return nil
	case s.prefix:
		return cutFile(path, s.size)
	}
	return replace(path, s.keep...)
}
