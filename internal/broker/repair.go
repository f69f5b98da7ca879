package broker

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sluice/internal/datadir"
)

// repair makes the directory one that kfake opens without losing more than was lost already.
// What it does is told to report. It changes nothing that is whole.
func repair(dir string, report func(Repair)) error {
	well, err := endedWell(dir)
	if err != nil {
		return err
	}
	topics, err := knownTopics(dir)
	if err != nil {
		return err
	}
	spans, err := knownSpans(dir, topics, report)
	if err != nil {
		return err
	}
	learnt := &windows{of: make(map[producerAt]*window)}
	expected := make(map[string]bool)
	for _, t := range topics.byName {
		for part := range t.Partitions {
			at := place{t.Name, part}
			expected[partitionName(t.Name, part)] = true
			p := partition{
				place: at, dir: filepath.Join(dir, partitionsDir, partitionName(t.Name, part)),
				ended: well, from: spans[at], report: report, windows: learnt,
			}
			if err := p.mend(); err != nil {
				return fmt.Errorf("repairing %s: %w", p.name(), err)
			}
		}
	}
	if err := moveOrphans(dir, expected, report); err != nil {
		return err
	}
	if well {
		return nil // kfake's own file of windows is right
	}
	return learnt.write(dir)
}

func endedWell(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, cleanFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// knownTopics refuses a directory with data whose list of topics is gone: kfake would start
// anew and write over it.
func knownTopics(dir string) (topicSet, error) {
	_, err := os.Stat(filepath.Join(dir, metaFile))
	if err == nil {
		topics, err := readTopics(dir)
		if err == nil {
			return topics, nil
		}
		return topics, unusable(err, dir)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return topicSet{}, unusable(err, dir)
	}
	names, err := os.ReadDir(filepath.Join(dir, partitionsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return topicSet{}, err
	}
	if len(names) > 0 {
		return topicSet{}, unusable(fmt.Errorf("%s is missing, but there is data in %s", metaFile, partitionsDir), dir)
	}
	return topicSet{}, nil
}

// unusable says what to do about a file without which nothing can be read. Only one that is
// gone or broken is worth giving up the rest: one that this user, or this disk, does not let us
// read is whole.
func unusable(err error, dir string) error {
	var at *fs.PathError
	if errors.As(err, &at) && !errors.Is(err, fs.ErrNotExist) {
		return datadir.Denied(err, dir)
	}
	return fmt.Errorf("%w; put the file back from a copy. Without one, emptying %s begins anew: every record in it that was not stored yet is lost, and all dead letters", err, dir)
}

// knownSpans is what commits and our own notes say about the partitions' offsets. It cuts the
// journals on the way.
func knownSpans(dir string, topics topicSet, report func(Repair)) (map[place]span, error) {
	spans, err := readEnds(dir, topics)
	if err != nil {
		report(Repair{What: endsFile})
		spans = make(map[place]span)
	}
	said := &commits{offsets: make(map[committed]int64)}
	for _, journal := range []struct {
		name string
		each func([]byte)
	}{{groupsFile, said.add}, {pidsFile, func([]byte) {}}} {
		cut, err := mendJournal(dir, journal.name, journal.each)
		if err != nil {
			return nil, fmt.Errorf("repairing %s: %w", journal.name, err)
		}
		if cut > 0 {
			report(Repair{What: journal.name, Bytes: cut})
		}
	}
	for at, offset := range said.greatest() {
		s := spans[at]
		if offset-s.end < farthest {
			s.end = max(s.end, offset)
			spans[at] = s
		}
	}
	return spans, nil
}

// moveOrphans puts aside the data of partitions that no topic has: a topic of the same name
// would append to them.
func moveOrphans(dir string, expected map[string]bool, report func(Repair)) error {
	names, err := os.ReadDir(filepath.Join(dir, partitionsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range names {
		if expected[entry.Name()] {
			continue
		}
		aside := filepath.Join(dir, orphansDir, fmt.Sprintf("%s-%d", entry.Name(), time.Now().UnixMilli()))
		if err := os.MkdirAll(filepath.Dir(aside), 0o750); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(dir, partitionsDir, entry.Name()), aside); err != nil {
			return err
		}
		report(Repair{What: filepath.Join(orphansDir, filepath.Base(aside))})
	}
	return nil
}
