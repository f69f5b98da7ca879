package broker

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// clean removes what retention allows, whole files from the oldest. A file's age is that of
// the last write to it.
//
// kfake has a cleaner of its own that is never let run: it does not start again after a
// restart, one record that a client dates back takes all younger ones before it along, and it
// compacts in a way that loses the partition when it is interrupted.
func (b *Broker) clean() {
	plan, err := b.plan()
	if err == nil {
		err = writeEnds(b.cfg.Dir, plan)
	}
	if err != nil {
		b.observer.BrokerFailed(fmt.Errorf("removing old records: %w", err))
		return
	}
	for _, r := range plan {
		if r.upTo <= r.start {
			continue
		}
		if err := b.running.cluster.DeleteRecords(r.topic, r.part, r.upTo); err != nil {
			b.observer.BrokerFailed(fmt.Errorf("removing old records of %s-%d: %w", r.topic, r.part, err))
		}
	}
}

// removal is what goes of one partition: the records in [start, upTo), if any.
type removal struct {
	place
	id         string // of the topic
	start, end int64
	upTo       int64
}

// plan looks at every partition.
func (b *Broker) plan() ([]removal, error) {
	topics, err := readTopics(b.cfg.Dir)
	if err != nil {
		return nil, err
	}
	var plan []removal
	for _, t := range topics.byName {
		limits := retention{
			age:   millis(t.number("retention.ms", b.cfg.Retention.Milliseconds())),
			bytes: t.number("retention.bytes", b.cfg.RetentionBytes),
		}
		for _, info := range b.running.cluster.PartitionInfos(t.Name) {
			dir := filepath.Join(b.cfg.Dir, partitionsDir, partitionName(t.Name, info.Partition))
			upTo, err := limits.passed(dir, info.HighWatermark, time.Now())
			if err != nil {
				return nil, err
			}
			plan = append(plan, removal{
				place: place{t.Name, info.Partition}, id: t.ID,
				start: info.LogStartOffset, end: info.HighWatermark, upTo: upTo,
			})
		}
	}
	return plan, nil
}

// number is a topic's own setting, or the broker's.
func (t topic) number(setting string, otherwise int64) int64 {
	n, err := strconv.ParseInt(t.Configs[setting], 10, 64)
	if err != nil {
		return otherwise
	}
	return n
}

// millis takes what is longer than a time.Duration can be for its longest.
func millis(n int64) time.Duration {
	return time.Duration(min(n, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
}

// retention is what a partition may keep; below zero is without limit.
type retention struct {
	age   time.Duration
	bytes int64
}

// passed is the offset below which the partition's files have had their time. The file that
// is being written goes only for its age: end is the partition's end before the look.
func (r retention) passed(dir string, end int64, now time.Time) (upTo int64, err error) {
	defer func() {
		if errors.Is(err, fs.ErrNotExist) { // nothing is written yet, or the topic is just removed
			upTo, err = 0, nil
		}
	}()
	bases, err := basesOf(dir)
	if err != nil {
		return 0, err
	}
	files, total := make([]os.FileInfo, len(bases)), int64(0)
	for i, base := range bases {
		if files[i], err = os.Stat(filepath.Join(dir, segmentName(base))); err != nil {
			return 0, err
		}
		total += files[i].Size()
	}
	for i, file := range files {
		last := i == len(files)-1
		old := r.age >= 0 && now.Sub(file.ModTime()) >= r.age
		much := r.bytes >= 0 && !last && total-file.Size() >= r.bytes
		if !old && !much {
			break
		}
		total -= file.Size()
		if last {
			upTo = end
		} else {
			upTo = bases[i+1]
		}
	}
	return upTo, nil
}
