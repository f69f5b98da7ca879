package broker

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/internal/kafka"
	"sluice/pipelines"
)

// A dead-letter topic of several files: what turns in an earlier one costs one letter, and no later file, and
// the offsets go on where they were.
func TestFlipBeforeOtherFiles(t *testing.T) {
	const topic, letters = "gps-history.dead", 150
	dir := t.TempDir()
	b := start(t, Config{Dir: dir})
	makeTopics(t, b.Addr(), kafka.TopicSpec{Name: topic, Partitions: 1, Replication: 1})
	p := newPublisher(t, b.Addr(), kafka.PublisherConfig{})
	want, random := make([]string, letters), rand.NewChaCha8([32]byte{})
	for i := range want {
		noise := make([]byte, 1000) // which no compression makes small
		_, err := random.Read(noise)
		check(t, err)
		want[i] = fmt.Sprint(i, " ", string(noise))
		check(t, p.Publish(within(t, 10*time.Second), topic, []pipelines.Record{{Key: []byte("k"), Value: []byte(want[i])}}))
	}
	b.stop()
	end := int64(letters)
	for _, at := range []int64{4, 7, 8, 11, batchHeader + 9} {
		part := filepath.Join(dir, partitionsDir, partitionName(topic, 0))
		bases, err := basesOf(part)
		if err != nil || len(bases) < 3 {
			t.Fatalf("files %v, %v", bases, err)
		}
		raw, err := os.ReadFile(filepath.Join(part, segmentName(bases[1])))
		check(t, err)
		starts := batchesOf(t, raw)
		last, err := readBatch(raw[starts[len(starts)-1]:])
		check(t, err)
		raw[starts[len(starts)-1]+at] ^= 0xff
		check(t, os.WriteFile(filepath.Join(part, segmentName(bases[1])), raw, 0o600))

		b = start(t, Config{Dir: dir})
		if high := b.running.cluster.PartitionInfo(topic, 0).HighWatermark; high != end {
			t.Errorf("byte %d: the end is %d, was %d", at, high, end)
		}
		end++ // a marker
		got := values(readAll(t, b.Addr(), topic, 1))
		lost := fmt.Sprint(last.first, " ")
		want = slices.DeleteFunc(want, func(letter string) bool { return strings.HasPrefix(letter, lost) })
		if !slices.Equal(got, want) || len(b.failures()) > 0 {
			t.Errorf("byte %d: %d letters, want all %d but that of offset %d; failures %v", at, len(got), len(want), last.first, b.failures())
		}
		b.stop()
	}
}

// Whatever a file holds: no panic, offsets go up, and what is kept and what is damaged are the whole.
func FuzzScan(f *testing.F) {
	two := append(emptyBatch(3, 0, time.UnixMilli(1)), emptyBatch(4, 0, time.UnixMilli(1))...)
	f.Add(two, int64(3), int64(0), int64(100))
	f.Add(append([]byte("damage"), two...), int64(3), int64(0), int64(100))
	f.Fuzz(func(t *testing.T, raw []byte, base, next, limit int64) {
		s := scan(base, raw, span{next, limit})
		kept := int64(0)
		for _, piece := range s.keep {
			kept += int64(len(piece))
		}
		if kept != s.size || s.size+s.damaged != int64(len(raw)) {
			t.Errorf("%d bytes kept, said %d, and %d damaged of %d", kept, s.size, s.damaged, len(raw))
		}
		start := next
		for _, b := range s.batches {
			if b.first < max(base, next) || b.end > limit || b.end <= b.first {
				t.Errorf("a batch of [%d, %d) behind %d, up to %d", b.first, b.end, next, limit)
			}
			next = b.end
		}
		if kept > 0 && s.damaged > 0 { // what is kept is whole
			if again := scan(base, slices.Concat(s.keep...), span{start, limit}); again.damaged > 0 {
				t.Errorf("%d bytes are damaged in what was kept", again.damaged)
			}
		}
	})
}
