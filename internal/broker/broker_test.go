package broker

import (
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice/internal/kafka"
	"sluice/pipelines"
)

func TestPortInUse(t *testing.T) {
	b := start(t, Config{Dir: t.TempDir()})
	_, err := New(Config{Listen: b.Addr(), Dir: t.TempDir()}, newRecorder())
	if err == nil || !strings.Contains(err.Error(), b.Addr()) || !strings.Contains(err.Error(), "another program uses this port") {
		t.Fatalf("got %v", err)
	}
}

func TestClosesInTime(t *testing.T) {
	b := start(t, Config{Dir: t.TempDir()})
	makeTopics(t, b.Addr(), kafka.TopicSpec{Name: topicUnderTest, Partitions: 8, Replication: 1})
	publish(t, newPublisher(t, b.Addr(), kafka.PublisherConfig{}), topicUnderTest, 0, 100)
	reader := client(t, b.Addr(), kgo.ConsumeTopics(topicUnderTest), kgo.FetchMaxWait(time.Minute))
	reader.PollFetches(within(t, 10*time.Second)) // from here on a fetch waits at the broker
	began := time.Now()
	b.stop()
	if took := time.Since(began); took > closeWithin {
		t.Errorf("closing took %s", took)
	}
}

// What sluice's set-up asks for is kept, and found as it was asked for when it looks again.
func TestSetup(t *testing.T) {
	b := start(t, Config{Dir: t.TempDir()})
	spec := kafka.TopicSpec{Name: topicUnderTest, Partitions: 3, Replication: 1, Settings: map[string]string{
		"min.insync.replicas": "1", "max.message.bytes": "20000", "retention.ms": "3600000", "message.timestamp.type": "LogAppendTime",
	}}
	if did := makeTopics(t, b.Addr(), spec)[0]; !did.Created {
		t.Errorf("did %+v", did)
	}
	if did := makeTopics(t, b.Addr(), spec)[0]; did.Created || len(did.Differs) > 0 {
		t.Errorf("the second time did %+v", did)
	}
	spec.Settings["retention.ms"] = "1"
	if did := makeTopics(t, b.Addr(), spec)[0]; len(did.Differs) != 1 || did.Differs[0].Have != "3600000" {
		t.Errorf("with another retention did %+v", did)
	}

	p := newPublisher(t, b.Addr(), kafka.PublisherConfig{Compression: kafka.Uncompressed})
	err := p.Publish(t.Context(), topicUnderTest, []pipelines.Record{{Value: make([]byte, 30_000)}})
	if err == nil || errors.Is(err, kafka.ErrUnavailable) {
		t.Errorf("a record above max.message.bytes: %v", err)
	}
}

func TestMakesNoTopicsUnasked(t *testing.T) {
	b := start(t, Config{Dir: t.TempDir()})
	c := client(t, b.Addr(), kgo.AllowAutoTopicCreation(), kgo.UnknownTopicRetries(0))
	err := c.ProduceSync(within(t, 10*time.Second), &kgo.Record{Topic: "unasked", Value: []byte("v")}).FirstErr()
	if !errors.Is(err, kerr.UnknownTopicOrPartition) {
		t.Errorf("got %v", err)
	}
}

// A topic with LogAppendTime shows the time of arrival, whatever the client's clock says; one
// without keeps the client's. A wrong clock makes retention remove nothing that is young.
func TestTimes(t *testing.T) {
	dir := t.TempDir()
	b := start(t, Config{Dir: dir, CleanEvery: 10 * time.Millisecond})
	makeTopics(t, b.Addr(),
		kafka.TopicSpec{Name: "arrival", Partitions: 1, Replication: 1, Settings: map[string]string{"message.timestamp.type": "LogAppendTime"}},
		kafka.TopicSpec{Name: "own", Partitions: 1, Replication: 1})
	began := time.Now().Truncate(time.Millisecond)
	newest := began.Add(-90 * 24 * time.Hour)
	for name, max := range map[string]bool{"v12": false, "newest": true} { // from version 13 on requests name topics by id
		opts := []kgo.Opt{}
		if max {
			opts = append(opts, kgo.MaxVersions(nil))
		}
		c := client(t, b.Addr(), opts...)
		for _, topic := range []string{"arrival", "own"} {
			err := c.ProduceSync(within(t, 10*time.Second),
				&kgo.Record{Topic: topic, Value: []byte(name), Timestamp: newest.Add(-5 * time.Millisecond)},
				&kgo.Record{Topic: topic, Value: []byte(name), Timestamp: newest},
			).FirstErr()
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 3 {
		b.clean()
	}
	b.stop()
	b = start(t, Config{Dir: dir})
	arrived, kept := readAll(t, b.Addr(), "arrival", 1), readAll(t, b.Addr(), "own", 1)
	if len(arrived) != 4 || len(kept) != 4 {
		t.Fatalf("read %d and %d records, want 4 and 4", len(arrived), len(kept))
	}
	for i := range 4 {
		if at := arrived[i].Timestamp; at.Before(began.Add(-5*time.Millisecond)) || at.After(time.Now()) {
			t.Errorf("record %d of arrival has %s, it came after %s", i, at, began)
		}
		if want := newest.Add(time.Duration(i%2-1) * 5 * time.Millisecond); !kept[i].Timestamp.Equal(want) {
			t.Errorf("record %d of own has %s, want %s", i, kept[i].Timestamp, want)
		}
	}
}

// A client that marks a batch as stamped by the broker cannot spoil it.
func TestForgedStamp(t *testing.T) {
	dir := t.TempDir()
	b := start(t, Config{Dir: dir})
	makeTopics(t, b.Addr(), kafka.TopicSpec{Name: topicUnderTest, Partitions: 1, Replication: 1})
	c := client(t, b.Addr())
	forged := oneRecord(t, "forged")
	binary.BigEndian.PutUint16(forged[batchAttributes:], appendTimeMark)
	sealBatch(forged)
	ask := kmsg.NewPtrProduceRequest()
	ask.Acks, ask.TimeoutMillis = -1, 1000
	ask.Topics = []kmsg.ProduceRequestTopic{{Topic: topicUnderTest, Partitions: []kmsg.ProduceRequestTopicPartition{{Records: forged}}}}
	said, err := ask.RequestWith(within(t, 10*time.Second), c)
	if err != nil || said.Topics[0].Partitions[0].ErrorCode != 0 {
		t.Fatalf("%+v %v", said, err)
	}
	b.stop()
	crashed(t, dir)
	b = start(t, Config{Dir: dir})
	if got := values(readAll(t, b.Addr(), topicUnderTest, 1)); len(got) != 1 || got[0] != "forged" {
		t.Errorf("read %q", got)
	}
	if said := b.mended(); len(said) > 0 {
		t.Errorf("repaired %+v", said)
	}
}

func oneRecord(t *testing.T, value string) []byte {
	t.Helper()
	r := kmsg.Record{Value: []byte(value)}
	r.Length = int32(len(r.AppendTo(nil)) - 1)
	batch := kmsg.RecordBatch{
		Magic: 2, NumRecords: 1, ProducerID: noProducer, ProducerEpoch: noProducer, FirstSequence: noProducer,
		FirstTimestamp: 1_700_000_000_000, MaxTimestamp: 1_700_000_000_000, Records: r.AppendTo(nil),
	}
	raw := batch.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[batchLength:], uint32(len(raw)-batchPrefix))
	return raw
}

// A partition never takes more than its retention and one more file.
func TestDiskUseIsBounded(t *testing.T) {
	dir := t.TempDir()
	cfg := Config{Dir: dir, RetentionBytes: 256 << 10, SegmentBytes: minSegmentBytes, CleanEvery: 20 * time.Millisecond}
	b := start(t, cfg)
	makeTopics(t, b.Addr(), kafka.TopicSpec{Name: topicUnderTest, Partitions: 1, Replication: 1})
	b.stop()
	b = start(t, cfg) // kfake's own cleaner would not start again
	p := newPublisher(t, b.Addr(), kafka.PublisherConfig{Compression: kafka.Uncompressed})
	for i := range 100 {
		one := []pipelines.Record{{Key: []byte(strconv.Itoa(i)), Value: make([]byte, 20<<10)}}
		if err := p.Publish(within(t, 10*time.Second), topicUnderTest, one); err != nil {
			t.Fatal(err)
		}
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	ctx := within(t, 10*time.Second)
	for {
		var size int64
		for _, path := range partitionFiles(t, dir, segmentSuffix) {
			size += fileSize(path)
		}
		if size <= cfg.RetentionBytes+cfg.SegmentBytes+32<<10 {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("the files take %d bytes", size)
		}
	}
}

func TestFranzGroup(t *testing.T) {
	b := start(t, Config{Dir: t.TempDir()})
	makeTopics(t, b.Addr(), kafka.TopicSpec{Name: topicUnderTest, Partitions: 4, Replication: 1})
	publish(t, newPublisher(t, b.Addr(), kafka.PublisherConfig{}), topicUnderTest, 0, 40)
	for member, want := range []int{25, 15} { // the second goes on where the first has committed
		c := client(t, b.Addr(), kgo.MaxVersions(nil), kgo.ConsumerGroup("g"), kgo.ConsumeTopics(topicUnderTest),
			kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit())
		ctx, read := within(t, 20*time.Second), 0
		for read < want {
			fetched := c.PollRecords(ctx, want-read)
			if err := fetched.Err(); err != nil {
				t.Fatalf("member %d: %v", member, err)
			}
			read += fetched.NumRecords()
			if err := c.CommitRecords(ctx, fetched.Records()...); err != nil {
				t.Fatal(err)
			}
		}
		c.Close()
	}
}

func TestValidate(t *testing.T) {
	bad := Config{
		Listen: "0.0.0.0:9092", Retention: 1, RetentionBytes: 1, SegmentBytes: 2, MessageBytes: 3, CleanEvery: 4, MinFreeBytes: 5,
	}
	_, err := New(bad, newRecorder())
	for _, part := range []string{"listen", "no directory", "retention 1ns", "messages", "segments", "smaller than one segment", "cleaning", "keep free"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %v", part, err)
		}
	}
	for _, good := range []Config{{Dir: "d"}, {Dir: "d", RetentionBytes: 1 << 20}} {
		if err := good.Validate(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
}

func TestRunOnlyToClose(t *testing.T) {
	dir := t.TempDir()
	b, err := New(Config{Listen: "127.0.0.1:0", Dir: dir}, newRecorder())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	check(t, b.Run(ctx))
	if well, err := endedWell(dir); !well || err != nil {
		t.Errorf("ended well: %t %v", well, err)
	}
}
