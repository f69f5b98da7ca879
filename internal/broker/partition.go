package broker

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"
)

// farthest is how far beyond everything else a committed offset is believed.
const farthest = 1 << 40

// partition mends one partition's files.
type partition struct {
	place
	dir     string
	ended   bool // well: kfake's own snapshot is to be trusted
	from    span // what is known from elsewhere
	report  func(Repair)
	windows *windows

	segments []segment
	next     int64 // the offset behind the last good batch
	claimed  int64
	cut      int64
	plain    bool // no batch belongs to a transaction
}

// span is the offsets [start, end) that a partition is known to have had.
type span struct{ start, end int64 }

// mend makes the partition whole: no torn or damaged batch, and an end that is not
// before any offset that was given out, as far as is known.
func (p *partition) mend() error {
	bases, err := basesOf(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		bases = nil
	} else if err != nil {
		return err
	}
	var was snapshot
	have, err := readJSON(filepath.Join(p.dir, snapshotFile), &was)
	if err != nil {
		p.report(Repair{What: p.name() + " (" + snapshotFile + ")"}) // kfake does without
		have = false
	}
	if have {
		p.from.end = max(p.from.end, was.HighWatermark)
		p.from.start = max(p.from.start, was.LogStartOffset)
	}
	last := int64(math.MaxInt64)
	if p.ended && have && len(bases) > 0 {
		fits, err := was.fits(p.dir, bases)
		if err != nil {
			return err
		}
		if fits {
			last = p.from.end // kfake has told us where it ended
			if whole, err := p.whole(bases, last); err != nil || whole {
				return err
			}
		}
	}
	if err := p.scan(bases, last); err != nil {
		return err
	}
	return p.finish()
}

func (p *partition) name() string { return fmt.Sprintf("%s-%d", p.topic, p.part) }

// scan reads the files one after the other and mends each.
func (p *partition) scan(bases []int64, last int64) error {
	p.plain = true
	return p.each(bases, last, func(s segment) error {
		if err := s.mend(p.dir); err != nil {
			return fmt.Errorf("mending %s: %w", segmentName(s.base), err)
		}
		p.cut += s.damaged
		p.claimed = max(p.claimed, s.claimed)
		p.learn(s.batches)
		if len(s.batches) > 0 {
			s.keep = nil // let go of the bytes
			p.segments = append(p.segments, s)
		}
		return nil
	})
}

// learn tells of what the batches hold, and of offsets that are missing between them.
func (p *partition) learn(batches []batch) {
	for _, b := range batches {
		if p.next > 0 && b.first > p.next {
			p.gap(b.first)
		}
		p.next = b.end
		p.plain = p.plain && !b.transactional
		p.windows.add(p.place, b)
	}
}

// gap reports the offsets from here up to one that follows.
func (p *partition) gap(to int64) {
	p.report(Repair{What: p.name(), Bytes: p.cut, From: p.next, To: to})
	p.cut = 0
}

// finish closes the gap to the end that is known from elsewhere, and writes the snapshot.
func (p *partition) finish() error {
	end := max(p.next, p.claimed, p.from.end)
	if end > p.next {
		if err := p.pad(end); err != nil {
			return fmt.Errorf("keeping the offsets before %d: %w", end, err)
		}
	} else if p.cut > 0 {
		p.report(Repair{What: p.name(), Bytes: p.cut})
	}
	if len(p.segments) == 0 || !p.plain {
		return nil
	}
	return p.write(end)
}

// pad writes a file with an empty batch at the last offset before end, so that kfake goes on
// from there. Brokers may leave such batches, and clients read over them.
func (p *partition) pad(end int64) error {
	if p.next = max(p.next, p.from.start); p.next < end || p.cut > 0 {
		p.gap(end) // else retention has taken all that was there
	}
	if err := os.MkdirAll(p.dir, 0o750); err != nil {
		return err
	}
	raw := emptyBatch(end-1, p.epoch(), time.Now())
	if err := replace(filepath.Join(p.dir, segmentName(end-1)), raw); err != nil {
		return err
	}
	if err := removeIfThere(filepath.Join(p.dir, indexName(end-1))); err != nil {
		return err
	}
	b, err := readBatch(raw)
	if err != nil {
		return err
	}
	p.segments = append(p.segments, segment{base: end - 1, batches: []batch{b}, size: int64(len(raw))})
	return nil
}

func (p *partition) epoch() int32 {
	if len(p.segments) == 0 {
		return 0
	}
	batches := p.segments[len(p.segments)-1].batches
	return batches[len(batches)-1].epoch
}

func (p *partition) write(end int64) error {
	s := snapshot{
		Version: kfakeVersion, HighWatermark: end, LastStableOffset: end, Epoch: p.epoch(), CreatedAt: time.Now(),
		LogStartOffset: min(max(p.segments[0].batches[0].first, p.from.start), end),
	}
	for _, seg := range p.segments {
		facts := snapshotFacts{BaseOffset: seg.base, Size: seg.size, MinEpoch: seg.batches[0].epoch}
		for _, b := range seg.batches {
			s.MaxTimestamp = max(s.MaxTimestamp, b.newest)
			facts.MinEpoch, facts.MaxEpoch = min(facts.MinEpoch, b.epoch), max(facts.MaxEpoch, b.epoch)
		}
		s.Segments = append(s.Segments, facts)
	}
	return writeJSON(filepath.Join(p.dir, snapshotFile), s)
}
