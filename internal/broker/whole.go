package broker

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// whole says whether nothing in the files is damaged. It changes nothing. A disk may have turned a bit since a good
// end: kfake would cut off all that follows, and give those offsets out again.
func (p *partition) whole(bases []int64, last int64) (bool, error) {
	err := p.each(bases, last, func(s segment) error {
		if s.damaged > 0 {
			return errDamaged
		}
		return nil
	})
	if errors.Is(err, errDamaged) {
		return false, nil
	}
	return err == nil, err
}

var errDamaged = errors.New("a file is damaged")

// each scans the files one after the other; what a segment keeps is valid during the call. No offset
// is at last or behind it.
func (p *partition) each(bases []int64, last int64, look func(s segment) error) error {
	var memory []byte
	next := int64(0)
	for i, base := range bases {
		raw, err := readInto(memory, filepath.Join(p.dir, segmentName(base)))
		if err != nil {
			return err
		}
		within := span{next, last}
		if i+1 < len(bases) {
			within.end = min(last, bases[i+1])
		}
		s := scan(base, raw, within)
		if err := look(s); err != nil {
			return err
		}
		if n := len(s.batches); n > 0 {
			next = s.batches[n-1].end
		}
		memory = raw
	}
	return nil
}

// readInto reads a whole file into memory that was used before, or more of it.
func readInto(memory []byte, path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	found, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	size := found.Size()
	if int64(cap(memory)) < size {
		memory = make([]byte, size)
	}
	memory = memory[:size]
	_, err = io.ReadFull(f, memory)
	return memory, errors.Join(err, f.Close())
}
