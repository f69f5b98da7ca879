package kafka

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sluice/pipelines"
)

func TestPackKeepsEveryRecordInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &Publisher{limits: PublisherConfig{BatchBytes: rapid.IntRange(1, 2000).Draw(t, "batch")}.withDefaults()}
		topic := &topic{partitions: make([]*partition, rapid.IntRange(1, 9).Draw(t, "partitions"))}
		for i := range topic.partitions {
			topic.partitions[i] = newPartition(p, "t", int32(i))
		}
		records := make([]pipelines.Record, rapid.IntRange(1, 60).Draw(t, "records"))
		for i := range records {
			records[i] = pipelines.Record{Value: fmt.Append(nil, i), Time: int64(i + 1)}
			if key := rapid.IntRange(-1, 5).Draw(t, "key"); key >= 0 {
				records[i].Key = fmt.Append(nil, key)
			}
			for h := range rapid.IntRange(0, 2).Draw(t, "headers") {
				records[i].Headers = append(records[i].Headers, pipelines.Header{Key: fmt.Sprint(i, h), Value: fmt.Append(nil, h)})
			}
		}
		out, err := p.pack(topic, byKey, records)
		if err != nil {
			t.Fatal(err)
		}
		checkPacked(t, p, topic, records, out)
	})
}

func checkPacked(t *rapid.T, p *Publisher, topic *topic, records []pipelines.Record, out packed) {
	last := make(map[*partition]time.Duration)
	seen, bytes := 0, int64(0)
	for _, part := range out.parts {
		bytes += int64(part.bytes)
		if len(part.records) == 0 || len(part.records) > 1 && part.bytes > p.limits.BatchBytes {
			t.Fatalf("a part of %d records and %d bytes, batches hold %d", len(part.records), part.bytes, p.limits.BatchBytes)
		}
		for _, rec := range part.records {
			seen++
			if rec.TimestampDelta <= last[part.to] {
				t.Fatal("a partition's records changed their order")
			}
			last[part.to] = rec.TimestampDelta
			want := records[rec.TimestampDelta.Milliseconds()-1]
			if string(rec.Value) != string(want.Value) || len(rec.Headers) != len(want.Headers) {
				t.Fatalf("record %s came out as %s with %d headers", want.Value, rec.Value, len(rec.Headers))
			}
			for i, h := range want.Headers {
				if string(rec.Headers[i].Key) != h.Key || string(rec.Headers[i].Value) != string(h.Value) {
					t.Fatalf("header %s came out as %s", h.Key, rec.Headers[i].Key)
				}
			}
			if want.Key != nil && topic.partitions[partitionOf(want.Key, len(topic.partitions))] != part.to {
				t.Fatal("a key went to another partition than its own")
			}
		}
	}
	if seen != len(records) || bytes != out.bytes || int(out.call.left.Load()) != len(out.parts) {
		t.Fatalf("%d of %d records packed, %d of %d bytes", seen, len(records), bytes, out.bytes)
	}
}

func TestPackNamesTheRecordThatIsTooLarge(t *testing.T) {
	p := &Publisher{limits: PublisherConfig{RecordBytes: 200}.withDefaults()}
	topic := &topic{partitions: []*partition{newPartition(p, "t", 0)}}
	_, err := p.pack(topic, byKey, []pipelines.Record{{Value: make([]byte, 100)}, {Value: make([]byte, 201)}})
	var large *TooLargeError
	if !errors.As(err, &large) || large.Index != 1 || large.Limit != 200 {
		t.Fatalf("got %v, want a TooLargeError of record 1", err)
	}
}

func TestIdentityWrapsItsSequence(t *testing.T) {
	i := identity{next: 1<<31 - 3}
	i.advance(5)
	if i.next != 2 {
		t.Fatalf("after 2^31-3 and five records the sequence is %d, want 2", i.next)
	}
}
