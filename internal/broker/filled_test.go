package broker

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

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
