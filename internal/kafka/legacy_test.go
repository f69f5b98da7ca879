package kafka

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"hash/crc32"
	"testing"

	"sluice/pipelines"
)

// oldMessage encodes a message of the format from before Kafka 0.11.
func oldMessage(offset int64, magic, attributes byte, at int64, key, value []byte) []byte {
	body := []byte{0, 0, 0, 0, magic, attributes}
	if magic > 0 {
		body = binary.BigEndian.AppendUint64(body, uint64(at))
	}
	body = append(binary.BigEndian.AppendUint32(body, uint32(len(key))), key...)
	body = append(binary.BigEndian.AppendUint32(body, uint32(len(value))), value...)
	binary.BigEndian.PutUint32(body, crc32.ChecksumIEEE(body[4:]))
	raw := binary.BigEndian.AppendUint64(nil, uint64(offset))
	return append(binary.BigEndian.AppendUint32(raw, uint32(len(body))), body...)
}

func damagedMessage(offset int64) []byte {
	raw := oldMessage(offset, 1, 0, 5, []byte("k"), []byte("value"))
	raw[len(raw)-2] ^= 1
	return raw
}

// wrapped is a compressed message of messages; inside it offsets count from 0 as of version 1.
func wrapped(t *testing.T, last int64, magic byte, inner ...[]byte) []byte {
	t.Helper()
	const gzipped = 1
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	for _, message := range inner {
		if _, err := zip.Write(message); err != nil {
			t.Fatal(err)
		}
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return oldMessage(last, magic, gzipped, 77, nil, packed.Bytes())
}

func TestMessagesFromBeforeRecordBatchesAreRead(t *testing.T) {
	old := func(offset int64, magic byte) []byte {
		return oldMessage(offset, magic, 0, 1000+offset, []byte("k"), []byte("value"))
	}
	cluster, cfg := fakeCluster(t)
	makeTopic(t, cfg, "pings", 1)
	publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 12)
	leading(cluster, [][]byte{
		old(0, 0), old(1, 1), old(2, 1),
		wrapped(t, 5, 1, old(0, 1), old(1, 1), old(2, 1)), wrapped(t, 7, 0, old(6, 0), old(7, 0)),
		rawBatch(8, 11, 4, 0),
	}, 12, nil)
	serving(t, cfg, GroupConfig{}, failing{t}, func(ctx context.Context, src pipelines.Source) error {
		all, err := take(ctx, src, 12)
		if err != nil {
			return err
		}
		consecutive(t, all, 0)
		for i, want := range []int64{0, 1001, 1002, 1000, 1001, 1002, 0, 0, 1000, 1001, 1002, 1003} {
			if all[i].Time != want || string(all[i].Value) != "value" || string(all[i].Key) != "k" {
				t.Errorf("record %d is %q of %d, want the time %d", i, all[i].Value, all[i].Time, want)
			}
		}
		return nil
	})
}
