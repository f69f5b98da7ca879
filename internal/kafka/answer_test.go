package kafka

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice/pipelines"
)

// rawBatch encodes a batch of n records, the first at offset first, the last at last.
func rawBatch(first, last int64, n int, attributes int16) []byte {
	var records []byte
	for i := range n {
		rec := kmsg.Record{OffsetDelta: int32(last-first) - int32(n-1-i), TimestampDelta64: int64(i), Key: []byte("k"), Value: []byte("value")}
		body := rec.AppendTo(nil)[1:] // without the length, which is then known
		rec.Length = int32(len(body))
		records = rec.AppendTo(records)
	}
	batch := kmsg.RecordBatch{
		FirstOffset: first, Magic: 2, Attributes: attributes, LastOffsetDelta: int32(last - first),
		FirstTimestamp: 1000, MaxTimestamp: 9000, ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1,
		NumRecords: int32(n), Records: records,
	}
	raw := batch.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[8:], uint32(len(raw)-12))
	binary.BigEndian.PutUint32(raw[17:], crc32.Checksum(raw[21:], crc32.MakeTable(crc32.Castagnoli)))
	return raw
}

// answering has the cluster answer the source's fetches: with what say gives, or, where
// that is nil, by itself.
func answering(cluster *kfake.Cluster, say func(part kmsg.FetchRequestTopicPartition) *kmsg.FetchResponseTopicPartition) {
	cluster.ControlKey(int16(kmsg.Fetch), func(asked kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		req := asked.(*kmsg.FetchRequest)
		if len(req.Topics) == 0 {
			return nil, nil, false
		}
		part := say(req.Topics[0].Partitions[0])
		if part == nil {
			return nil, nil, false
		}
		resp := req.ResponseKind().(*kmsg.FetchResponse)
		resp.Topics = []kmsg.FetchResponseTopic{{Topic: req.Topics[0].Topic, Partitions: []kmsg.FetchResponseTopicPartition{*part}}}
		return resp, nil, true
	})
}

func saying(end int64, raw ...[]byte) *kmsg.FetchResponseTopicPartition {
	part := kmsg.NewFetchResponseTopicPartition()
	part.HighWatermark = end
	for _, batch := range raw {
		part.RecordBatches = append(part.RecordBatches, batch...)
	}
	return &part
}

func TestAnswersAreWalkedToTheirEnd(t *testing.T) {
	const logAppendTime = 8
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 20)
	answering(cluster, func(part kmsg.FetchRequestTopicPartition) *kmsg.FetchResponseTopicPartition {
		switch part.FetchOffset {
		case 0: // compaction left nothing
			return saying(20, rawBatch(0, 4, 0, 0))
		case 5: // nothing in front, and a torn end
			return saying(20, rawBatch(5, 9, 2, 0), rawBatch(10, 11, 2, logAppendTime)[:70])
		case 10: // an older batch, as none can be cut in two
			return saying(20, rawBatch(8, 11, 4, logAppendTime), rawBatch(12, 14, 0, 0))
		default:
			return nil
		}
	})
	serving(t, cfg, GroupConfig{}, failing{t}, func(ctx context.Context, src pipelines.Source) error {
		all, err := take(ctx, src, 4)
		if err != nil {
			return err
		}
		consecutive(t, all[:2], 8)
		consecutive(t, all[2:], 10)
		for i, want := range []int64{1000, 1001, 9000, 9000} {
			if all[i].Time != want || string(all[i].Value) != "value" {
				t.Errorf("record %d is %q of %d, want the time %d", i, all[i].Value, all[i].Time, want)
			}
		}
		rest, err := take(ctx, src, 8)
		consecutive(t, rest, 12)
		return err
	})
}

func TestFetchGrowsUpToItsLimit(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 400)
	small, large := rawBatch(0, 9, 10, 0), rawBatch(10, 399, 390, 0)
	answering(cluster, func(part kmsg.FetchRequestTopicPartition) *kmsg.FetchResponseTopicPartition {
		raw := small
		if part.FetchOffset >= 10 {
			raw = large
		}
		return saying(400, raw[:min(len(raw), int(part.PartitionMaxBytes))]) // as brokers before 0.10.1
	})
	obs := newTold()
	limits := GroupConfig{FetchBytes: 20, FetchMaxBytes: int32(len(large) - 1)}
	serving(t, cfg, quick(limits), obs, func(ctx context.Context, src pipelines.Source) error {
		all, err := take(ctx, src, 10)
		consecutive(t, all, 0)
		if err != nil {
			return err
		}
		if got, want := <-obs.skipped, (skip{10, 400, skipFetch}); got != want {
			t.Errorf("skipped %+v, want %+v", got, want)
		}
		return nil
	})
}

func TestFetchSurvivesWhatLeadersSay(t *testing.T) {
	for _, fault := range []*kerr.Error{
		kerr.NotLeaderForPartition, kerr.UnknownTopicOrPartition, kerr.LeaderNotAvailable, kerr.FencedLeaderEpoch,
		kerr.KafkaStorageError, kerr.OffsetOutOfRange, // although the offset is there
	} {
		t.Run(fault.Message, func(t *testing.T) {
			cluster, cfg := fakeCluster(t)
			makeTopic(t, cfg, "pings", 1)
			publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 20)
			faults := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: fault, Count: 3})
			obs := newTold()
			serving(t, cfg, quick(GroupConfig{}), obs, func(ctx context.Context, src pipelines.Source) error {
				all, err := take(ctx, src, 20)
				consecutive(t, all, 0)
				return err
			})
			if faults.Hits() != 3 || len(obs.failures) != 3 || len(obs.gaps) != 0 {
				t.Errorf("the fault was met %d times; %d failures and %d gaps were reported", faults.Hits(), len(obs.failures), len(obs.gaps))
			}
		})
	}
}
