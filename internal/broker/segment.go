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

// scan walks the batches of a file whose offsets lie in within. A batch that is damaged is passed over when
// a good one follows; else the file ends there.
func scan(base int64, raw []byte, within span) segment {
	s := scanner{segment: segment{base: base, prefix: true}, raw: raw, next: max(within.start, base), limit: within.end}
	for s.pos < int64(len(raw)) {
		if b, ok := s.good(s.pos); ok {
			s.batches = append(s.batches, b)
			s.next, s.pos = b.end, s.pos+b.size
			continue
		}
		to, ok := s.behind()
		s.keepUpTo(s.pos)
		if s.start, s.pos = to, to; !ok {
			break
		}
		s.prefix = false
	}
	s.keepUpTo(s.pos)
	s.damaged = int64(len(raw)) - s.size
	return s.segment
}

// scanner is a scan under way.
type scanner struct {
	segment
	raw        []byte
	start, pos int64 // in raw: of what is kept next, and of what is looked at
	next       int64 // no good batch begins before this offset,
	limit      int64 // or ends behind this one
}

func (s *scanner) keepUpTo(end int64) {
	if end > s.start {
		s.keep = append(s.keep, s.raw[s.start:end])
		s.size += end - s.start
	}
}

// good gives the batch at a position, if it is whole and in its place. The checksum leaves out a batch's first
// offset: one that leaps is only believed if the batch behind it leaps as well.
func (s *scanner) good(pos int64) (batch, bool) {
	b, err := readBatch(s.raw[pos:])
	if err != nil || !s.fits(b) {
		return b, false
	}
	if b.first > s.next {
		follower, err := readBatch(s.raw[pos+b.size:])
		if err == nil && s.fits(follower) && follower.first < b.end {
			return b, false
		}
	}
	return b, true
}

func (s *scanner) fits(b batch) bool {
	return b.valid && b.first >= s.next && b.end > b.first && b.end <= s.limit
}

// behind finds the next good batch behind a damaged one: where that ends, or, since its length may be what is
// damaged, wherever there is one. Without any, it says so, and the file ends.
func (s *scanner) behind() (pos int64, ok bool) {
	end := int64(len(s.raw))
	b, err := readBatch(s.raw[s.pos:])
	if err == nil && s.pos+b.size < end {
		if _, ok := s.good(s.pos + b.size); ok {
			return s.pos + b.size, true
		}
	}
	for pos := s.pos + 1; pos+batchHeader <= end; pos++ {
		if s.raw[pos+batchMagic] != 2 {
			continue
		}
		found, err := readHeader(s.raw[pos:])
		if err != nil || found.first < s.next || found.first-s.next > mostRecords {
			continue
		}
		if _, ok := s.good(pos); ok {
			return pos, true
		}
	}
	if err == nil && s.pos+b.size == end && b.first == s.next && b.end > s.next && b.end <= s.limit && b.end-s.next <= mostRecords {
		s.claimed = b.end
	}
	return end, false
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
