package broker

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"golang.org/x/sys/unix"

	"sluice/internal/kafka"
)

const (
	topicUnderTest = "t"
	written        = 20
	readUpTo       = 15 // committed by group g
)

// filled is a directory with records v0… in one partition and a commit, closed well.
func filled(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	b := start(t, Config{Dir: dir})
	makeTopics(t, b.Addr(), kafka.TopicSpec{Name: topicUnderTest, Partitions: 1, Replication: 1})
	publish(t, newPublisher(t, b.Addr(), kafka.PublisherConfig{}), topicUnderTest, 0, written)
	commit(t, client(t, b.Addr()), "g", topicUnderTest, 0, readUpTo)
	b.stop()
	return dir
}

func commit(t testing.TB, c *kgo.Client, group, topic string, part int32, offset int64) {
	t.Helper()
	if err := tryCommit(within(t, 10*time.Second), c, group, topic, part, offset); err != nil {
		t.Fatal(err)
	}
}

func committedBy(t testing.TB, c *kgo.Client, group, topic string, part int32) int64 {
	t.Helper()
	ask := kmsg.NewPtrOffsetFetchRequest()
	g := kmsg.NewOffsetFetchRequestGroup()
	g.Group = group
	g.Topics = []kmsg.OffsetFetchRequestGroupTopic{{Topic: topic, Partitions: []int32{part}}}
	ask.Group, ask.Topics = group, []kmsg.OffsetFetchRequestTopic{{Topic: topic, Partitions: []int32{part}}}
	ask.Groups = append(ask.Groups, g)
	said, err := ask.RequestWith(within(t, 10*time.Second), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(said.Groups) == 1 {
		return said.Groups[0].Topics[0].Partitions[0].Offset
	}
	return said.Topics[0].Partitions[0].Offset
}

func tryCommit(ctx context.Context, c *kgo.Client, group, topic string, part int32, offset int64) error {
	ask := kmsg.NewPtrOffsetCommitRequest()
	ask.Group = group
	p := kmsg.NewOffsetCommitRequestTopicPartition()
	p.Partition, p.Offset = part, offset
	ask.Topics = []kmsg.OffsetCommitRequestTopic{{Topic: topic, Partitions: []kmsg.OffsetCommitRequestTopicPartition{p}}}
	said, err := ask.RequestWith(ctx, c)
	if err != nil {
		return err
	}
	return kerrOf(said.Topics[0].Partitions[0].ErrorCode)
}

// crashed takes away the mark of a good end.
func crashed(t *testing.T, dir string) {
	t.Helper()
	check(t, os.Remove(filepath.Join(dir, cleanFile)))
}

func partitionFiles(t *testing.T, dir, suffix string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, partitionsDir, partitionName(topicUnderTest, 0), "*"+suffix))
	if err != nil || len(found) == 0 {
		t.Fatalf("no %s files: %v", suffix, err)
	}
	return found
}

// edit changes a file's bytes.
func edit(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(raw), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// batchesOf are where the batches of a file begin.
func batchesOf(t *testing.T, raw []byte) []int64 {
	t.Helper()
	var at []int64
	for pos := int64(0); pos < int64(len(raw)); {
		b, err := readBatch(raw[pos:])
		if err != nil || !b.valid {
			t.Fatalf("batch at %d: %+v %v", pos, b, err)
		}
		at, pos = append(at, pos), pos+b.size
	}
	return at
}

func TestRepair(t *testing.T) {
	drop := func(from, to int) []string {
		return slices.Delete(numbered(0, written), from, to)
	}
	segment := func(change func(t *testing.T, raw []byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			edit(t, partitionFiles(t, dir, segmentSuffix)[0], func(raw []byte) []byte { return change(t, raw) })
		}
	}
	for name, c := range map[string]struct {
		damage    func(t *testing.T, dir string)
		want      []string
		next      int64 // the offset of the next record
		committed int64
		repaired  string // what the observer hears of, "" = nothing
	}{
		"nothing": {func(*testing.T, string) {}, numbered(0, written), written, readUpTo, ""},
		"torn last batch": {segment(func(t *testing.T, raw []byte) []byte {
			return raw[:len(raw)-3]
		}), drop(written-1, written), written - 1 + 1, readUpTo, "t-0"}, // the snapshot knew the end
		"flipped last batch": {segment(func(t *testing.T, raw []byte) []byte {
			raw[len(raw)-2] ^= 0xff
			return raw
		}), drop(written-1, written), written, readUpTo, "t-0"},
		"flipped batch in the middle": {segment(func(t *testing.T, raw []byte) []byte {
			raw[batchesOf(t, raw)[7]+batchHeader+2] ^= 0xff
			return raw
		}), drop(7, 8), written, readUpTo, "t-0"},
		"garbage behind the end": {segment(func(t *testing.T, raw []byte) []byte {
			return append(raw, "garbage that is longer than any header of a batch could ever be, really"...)
		}), numbered(0, written), written, readUpTo, "t-0"},
		"empty file": {segment(func(*testing.T, []byte) []byte { return nil }), nil, written, readUpTo, "t-0"},
		"empty next file": {func(t *testing.T, dir string) {
			next := filepath.Join(dir, partitionsDir, partitionName(topicUnderTest, 0), segmentName(written))
			check(t, os.WriteFile(next, nil, 0o600))
		}, numbered(0, written), written, readUpTo, ""},
		"no index": {func(t *testing.T, dir string) {
			check(t, os.Remove(partitionFiles(t, dir, indexSuffix)[0]))
		}, numbered(0, written), written, readUpTo, ""},
		"torn commits": {func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, groupsFile), func(raw []byte) []byte { return append(raw, 9, 0, 0, 0, 1, 2) })
		}, numbered(0, written), written, readUpTo, groupsFile},
		"torn snapshot": {func(t *testing.T, dir string) {
			edit(t, partitionFiles(t, dir, snapshotFile)[0], func(raw []byte) []byte { return raw[:10] })
		}, numbered(0, written), written, readUpTo, "t-0 (snapshot.json)"},
		"behind the commits": {func(t *testing.T, dir string) {
			check(t, os.Remove(partitionFiles(t, dir, snapshotFile)[0]))
			segment(func(t *testing.T, raw []byte) []byte { return raw[:batchesOf(t, raw)[10]] })(t, dir)
		}, numbered(0, 10), readUpTo, readUpTo, "t-0"},
		"a partition of no topic": {func(t *testing.T, dir string) {
			check(t, os.MkdirAll(filepath.Join(dir, partitionsDir, "gone-0"), 0o700))
		}, numbered(0, written), written, readUpTo, orphansDir},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			c.damage(t, dir)
			crashed(t, dir)
			for again := range 3 { // what was mended stays mended, and later records and commits too
				b := start(t, Config{Dir: dir})
				got := values(readAll(t, b.Addr(), topicUnderTest, 1))
				if !slices.Equal(got, c.want) {
					t.Fatalf("open %d: read %v, want %v", again, got, c.want)
				}
				reader := client(t, b.Addr())
				if offset := committedBy(t, reader, "g", topicUnderTest, 0); offset != c.committed+int64(again) {
					t.Errorf("open %d: committed %d, want %d", again, offset, c.committed+int64(again))
				}
				commit(t, reader, "g", topicUnderTest, 0, c.committed+int64(again)+1)
				if end := b.running.cluster.PartitionInfo(topicUnderTest, 0).HighWatermark; end != c.next+int64(again)+1 {
					t.Errorf("open %d: the end is %d, want %d", again, end, c.next+int64(again)+1) // a marker each time
				}
				said := b.mended()
				if again > 0 || c.repaired == "" {
					if len(said) > 0 {
						t.Errorf("open %d: repaired %+v", again, said)
					}
				} else if len(said) != 1 || !strings.HasPrefix(said[0].What, c.repaired) {
					t.Errorf("repaired %+v, want %s", said, c.repaired)
				}
				if errs := b.failures(); len(errs) > 0 {
					t.Errorf("open %d: failures %v", again, errs)
				}
				reader.Close()
				b.stop()
			}
		})
	}
}

// kfake forgets where a partition ended when retention has taken its last file.
func TestEndSurvivesRetention(t *testing.T) {
	for name, well := range map[string]bool{"well": true, "crash": false} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := start(t, Config{Dir: dir, CleanEvery: 10 * time.Millisecond})
			makeTopics(t, b.Addr(), kafka.TopicSpec{
				Name: topicUnderTest, Partitions: 1, Replication: 1, Settings: map[string]string{"retention.ms": "1"},
			})
			publish(t, newPublisher(t, b.Addr(), kafka.PublisherConfig{}), topicUnderTest, 0, 5)
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for b.running.cluster.PartitionInfo(topicUnderTest, 0).LogStartOffset < 5 {
				<-tick.C
			}
			b.stop()
			if !well {
				crashed(t, dir)
				check(t, os.Remove(partitionFiles(t, dir, snapshotFile)[0]))
			}
			b = start(t, Config{Dir: dir})
			if end := b.running.cluster.PartitionInfo(topicUnderTest, 0).HighWatermark; end != 5 {
				t.Errorf("the end is %d, want 5", end)
			}
			if said := b.mended(); len(said) > 0 {
				t.Errorf("nothing was lost, yet repaired %+v", said)
			}
		})
	}
}

func TestRefusesToStartAnew(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, dir string){
		"no meta":   func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, metaFile))) },
		"no topics": func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, topicsFile))) },
		"torn topics": func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, topicsFile), func(b []byte) []byte { return b[:9] })
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			damage(t, dir)
			_, err := New(Config{Listen: "127.0.0.1:0", Dir: dir}, newRecorder())
			if err == nil || !strings.Contains(err.Error(), "put the file back") || !strings.Contains(err.Error(), "is lost") {
				t.Fatalf("opened, or unclear: %v", err)
			}
			if _, err := os.Stat(partitionFiles(t, dir, segmentSuffix)[0]); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A file that this user may not read is whole: nobody shall empty the directory for it.
func TestAdvisesNoEmptyingWhereReadingIsDenied(t *testing.T) {
	for _, name := range []string{metaFile, topicsFile} {
		path := filepath.Join(t.TempDir(), name)
		err := unusable(fmt.Errorf("reading: %w", &fs.PathError{Op: "open", Path: path, Err: unix.EACCES}), filepath.Dir(path))
		if strings.Contains(err.Error(), "empty") || !strings.Contains(err.Error(), "chown -R") || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusesMissingDirectory(t *testing.T) {
	_, err := New(Config{Listen: "127.0.0.1:0", Dir: filepath.Join(t.TempDir(), "none")}, newRecorder())
	if err == nil || !strings.Contains(err.Error(), fs.ErrNotExist.Error()) && !os.IsNotExist(err) && !strings.Contains(err.Error(), "no such file") {
		t.Fatalf("got %v", err)
	}
}
