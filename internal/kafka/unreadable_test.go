package kafka

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"hash/crc32"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice/pipelines"
)

// sealed gives a batch with a good length and checksum, whatever is in it.
func sealed(raw []byte) []byte {
	binary.BigEndian.PutUint32(raw[8:], uint32(len(raw)-12))
	binary.BigEndian.PutUint32(raw[17:], crc32.Checksum(raw[21:], crc32.MakeTable(crc32.Castagnoli)))
	return raw
}

// headBytes are those of a batch before its records.
const headBytes = 61

// bomb is a batch of ten records that unpacks to more than the tests allow.
func bomb(t *testing.T, first int64) []byte {
	t.Helper()
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	for range 65 {
		if _, err := zip.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	const gzipped = 1
	return sealed(append(rawBatch(first, first+9, 10, gzipped)[:headBytes], packed.Bytes()...))
}

// flipped is a batch with one bit of its last record turned on the way to the disk.
func flipped(first int64) []byte {
	raw := rawBatch(first, first+9, 10, 0)
	raw[len(raw)-3] ^= 4
	return raw
}

// leading has the cluster give these batches, from the one with the offset wanted on and
// as many as were asked for but one at least; damaged may change an answer.
func leading(cluster *kfake.Cluster, batches [][]byte, end int64, damaged func(raw []byte)) {
	answering(cluster, func(part kmsg.FetchRequestTopicPartition) *kmsg.FetchResponseTopicPartition {
		var raw []byte
		for _, batch := range batches {
			last := int64(binary.BigEndian.Uint64(batch))
			if batch[16] >= 2 {
				last += int64(binary.BigEndian.Uint32(batch[23:]))
			}
			if last < part.FetchOffset || (len(raw) > 0 && len(raw)+len(batch) > int(part.PartitionMaxBytes)) {
				continue
			}
			raw = append(raw, batch...)
		}
		if raw == nil {
			return nil
		}
		if damaged != nil {
			damaged(raw)
		}
		return saying(end, raw)
	})
}

// What can never be read is skipped to the offset, and nothing else with it.
func TestUnreadableBatchesAreSkippedAndNothingElse(t *testing.T) {
	garbage := sealed(append(rawBatch(20, 29, 10, 3)[:headBytes], "no lz4 at all"...))
	fewer := rawBatch(20, 29, 10, 0)
	fewer = sealed(fewer[:len(fewer)-20])
	cases := map[string]struct {
		batch  []byte
		reason string
	}{
		"a bit flipped":                  {flipped(20), skipCorrupt},
		"not what its codec says":        {garbage, skipCorrupt},
		"fewer records than it says":     {fewer, skipCorrupt},
		"a bomb":                         {bomb(t, 20), skipUnpacked},
		"an old message with a bit lost": {damagedMessage(29), skipCorrupt},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			cluster, cfg := fakeCluster(t)
			makeTopic(t, cfg, "pings", 1)
			publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 50)
			batches := [][]byte{rawBatch(0, 9, 10, 0), rawBatch(10, 19, 10, 0), c.batch, rawBatch(30, 39, 10, 0), flipped(40)}
			leading(cluster, batches, 50, nil)
			obs := newTold()
			serving(t, cfg, quick(GroupConfig{}), obs, func(ctx context.Context, src pipelines.Source) error {
				all, err := take(ctx, src, 30)
				if err != nil {
					return err
				}
				consecutive(t, all[:20], 0)
				consecutive(t, all[20:], 30)
				if got, want := <-obs.skipped, (skip{20, 30, c.reason}); got != want {
					t.Errorf("skipped %+v, want %+v", got, want)
				}
				if got, want := <-obs.skipped, (skip{40, 50, skipCorrupt}); got != want {
					t.Errorf("skipped %+v, want %+v", got, want)
				}
				return lagOfMarkers(ctx, t, src)
			})
			if len(obs.gaps) != 0 {
				t.Error("a gap of retention was reported")
			}
		})
	}
}

// A broker takes a small batch that unpacks to more than we do: it is skipped there, too.
func TestABombInATopicIsSkipped(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		p := publisherOf(t, cfg, PublisherConfig{})
		publish(t, p, "pings", 10)
		drop(t, cfg, &sarama.RecordBatch{
			Version: 2, Codec: sarama.CompressionGZIP, CompressionLevel: sarama.CompressionLevelDefault, ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1,
			FirstTimestamp: time.Now(), MaxTimestamp: time.Now(), Records: []*sarama.Record{{Value: make([]byte, 65<<20)}},
		})
		publish(t, p, "pings", 10)
		obs := newTold()
		serving(t, cfg, quick(GroupConfig{}), obs, func(ctx context.Context, src pipelines.Source) error {
			all, err := take(ctx, src, 20)
			if err != nil {
				return err
			}
			consecutive(t, all[:10], 0)
			consecutive(t, all[10:], 11)
			if got, want := <-obs.skipped, (skip{10, 11, skipUnpacked}); got != want {
				t.Errorf("skipped %+v, want %+v", got, want)
			}
			return nil
		})
	})
}

// drop puts a batch into partition 0 of pings as it is.
func drop(t *testing.T, cfg Config, batch *sarama.RecordBatch) {
	t.Helper()
	conf, err := cfg.withDefaults().client()
	if err != nil {
		t.Fatal(err)
	}
	client, err := sarama.NewClient(cfg.Brokers, conf)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, client)
	leader, err := client.Leader(cfg.topic("pings"), 0)
	if err != nil {
		t.Fatal(err)
	}
	request := &sarama.ProduceRequest{Version: 7, RequiredAcks: sarama.WaitForAll, Timeout: 10_000}
	request.AddBatch(cfg.topic("pings"), 0, batch)
	answer, err := leader.Produce(request)
	if err != nil {
		t.Fatal(err)
	}
	if block := answer.GetBlock(cfg.topic("pings"), 0); block.Err != sarama.ErrNoError {
		t.Fatal(block.Err)
	}
}

// What was damaged on the way only is read in the end, all of it.
func TestDamageOnTheWaySkipsNothing(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 20)
	damages := 0
	leading(cluster, [][]byte{rawBatch(0, 9, 10, 0), rawBatch(10, 19, 10, 0)}, 20, func(raw []byte) {
		if damages++; damages < corruptTries {
			raw[len(raw)-3] ^= 4
		}
	})
	obs := newTold()
	serving(t, cfg, quick(GroupConfig{}), obs, func(ctx context.Context, src pipelines.Source) error {
		all, err := take(ctx, src, 20)
		consecutive(t, all, 0)
		return err
	})
	if len(obs.skipped) != 0 || len(obs.failures) != corruptTries-1 {
		t.Errorf("%d skipped, %d failures", len(obs.skipped), len(obs.failures))
	}
}

// A head that contradicts itself does not say where its batch ends: nothing is skipped.
func TestAHeadThatCannotBeBelievedHoldsThePartition(t *testing.T) {
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 40)
	odd := flipped(0)
	binary.BigEndian.PutUint32(odd[23:], 12) // three records too many
	leading(cluster, [][]byte{odd, rawBatch(10, 19, 10, 0)}, 40, nil)
	obs := newTold()
	serving(t, cfg, quick(GroupConfig{}), obs, func(context.Context, pipelines.Source) error {
		for range 4 * corruptTries {
			if err := <-obs.failures; err == nil {
				t.Error("a failure without an error")
			}
		}
		return nil
	})
	if len(obs.skipped) != 0 {
		t.Errorf("skipped %+v", <-obs.skipped)
	}
}
