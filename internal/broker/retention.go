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

	"github.com/twmb/franz-go/pkg/kfake"
)

// clean removes what retention allows, whole files from the oldest. A file's age is that of
// the last write to it.
//
// kfake has a cleaner of its own that is never let run: it does not start again after a
// restart, one record that a client dates back takes all younger ones before it along, and it
// compacts in a way that loses the partition when it is interrupted.
func (b *Broker) clean() {
	topics, err := readTopics(b.cfg.Dir)
	if err == nil {
		err = writeEnds(b.cfg.Dir, b.running.cluster, topics)
	}
	if err != nil {
		b.observer.BrokerFailed(fmt.Errorf("removing old records: noting the offsets first: %w", err))
		return
	}
	for _, t := range topics.byName {
		for _, info := range b.running.cluster.PartitionInfos(t.Name) {
			if err := b.cleanPartition(t, info); err != nil {
				b.observer.BrokerFailed(fmt.Errorf("removing old records of %s-%d: %w", t.Name, info.Partition, err))
			}
		}
	}
}

func (b *Broker) cleanPartition(t topic, info *kfake.PartitionInfo) error {
	dir := filepath.Join(b.cfg.Dir, partitionsDir, partitionName(t.Name, info.Partition))
	limits := retention{
		age:   millis(t.number("retention.ms", b.cfg.Retention.Milliseconds())),
		bytes: t.number("retention.bytes", b.cfg.RetentionBytes),
	}
	upTo, err := limits.passed(dir, info.HighWatermark, time.Now())
	if err != nil || upTo <= info.LogStartOffset {
		return err
	}
	return b.running.cluster.DeleteRecords(t.Name, info.Partition, upTo)
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
	bases, err := basesOf(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
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
