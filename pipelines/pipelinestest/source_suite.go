package pipelinestest

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"testing"

	"sluice/pipelines"
)

// Broker is what the suite of sources runs against.
type Broker interface {
	// Topic makes an empty topic and gives its name.
	Topic(t testing.TB, partitions int32) string
	// Publish appends records, each to the partition of its key, in order per key.
	Publish(t testing.TB, topic string, records []pipelines.Record)
	// Group makes one member of a group; members with the same id share the topic.
	Group(t testing.TB, id, topic string) pipelines.Group
}

// TestGroup holds a Group and its Sources to what package pipelines promises of them.
func TestGroup(t *testing.T, broker Broker) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Broker)
	}{
		{"every record arrives once, in order, as it was", testEveryRecord},
		{"a restart resumes at the commit", testResume},
		{"a stop lets the drain commit", testStop},
		{"a new member takes over at the drain's commit", testRevoke},
		{"a fenced commit changes nothing", testFenced},
		{"an unpolled source keeps its partition and resumes", testUnpolled},
		{"lag is what the broker holds behind the poll", testLag},
		{"an error of serve ends Run", testServeError},
		{"commit and poll respect their context", testContexts},
		{"a lane commits while it polls", testTogether},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, broker) })
	}
}

// numbered makes n records over so many keys; their values count per key.
func numbered(n, keys int) []pipelines.Record {
	records := make([]pipelines.Record, n)
	for i := range records {
		records[i] = pipelines.Record{
			Time: 1_790_000_000_000 + int64(i), Key: []byte("key-" + strconv.Itoa(i%keys)), Value: []byte(strconv.Itoa(i / keys)),
		}
		if i%2 == 0 {
			records[i].Headers = []pipelines.Header{{Key: "number", Value: []byte(strconv.Itoa(i))}, {Key: "empty", Value: []byte{}}}
		}
	}
	return records
}

func testEveryRecord(t *testing.T, broker Broker) {
	const partitions, n, keys = 4, 4000, 40
	topic := broker.Topic(t, partitions)
	sent := numbered(n, keys)
	broker.Publish(t, topic, sent)
	m := join(t, broker.Group(t, topic+"-group", topic))
	lanes := m.hold(t, partitions)
	next := make(map[string]int)
	total := 0
	for _, h := range lanes {
		share := int(h.src.Lag())
		for _, rec := range h.read(t, share) {
			key := string(rec.Key)
			count, err := strconv.Atoi(string(rec.Value))
			if err != nil || count != next[key] {
				t.Fatalf("%v: record %q of key %s, want %d", h.part, rec.Value, key, next[key])
			}
			next[key]++
			k, err := strconv.Atoi(key[len("key-"):])
			if err != nil {
				t.Fatal(err)
			}
			same(t, rec, sent[count*keys+k])
		}
		total += share
	}
	if total != n {
		t.Errorf("%d records arrived of %d", total, n)
	}
	m.leave(t, lanes)
}

func same(t *testing.T, got, want pipelines.Record) {
	t.Helper()
	if got.Time != want.Time || !bytes.Equal(got.Key, want.Key) || len(got.Headers) != len(want.Headers) {
		t.Fatalf("got time %d, key %s and %d headers, want %d, %s and %d",
			got.Time, got.Key, len(got.Headers), want.Time, want.Key, len(want.Headers))
	}
	for i, h := range want.Headers {
		if got.Headers[i].Key != h.Key || !bytes.Equal(got.Headers[i].Value, h.Value) {
			t.Fatalf("header %d is %v, want %v", i, got.Headers[i], h)
		}
	}
}

func testResume(t *testing.T, broker Broker) {
	topic := broker.Topic(t, 1)
	broker.Publish(t, topic, numbered(100, 1))
	m := join(t, broker.Group(t, topic+"-group", topic))
	lanes := m.hold(t, 1)
	lanes[0].read(t, 60)
	lanes[0].commit(t, 40) // 40 to 59 were read, and are not settled
	m.leave(t, lanes)

	m = join(t, broker.Group(t, topic+"-group", topic))
	lanes = m.hold(t, 1)
	lanes[0].startsAt(t, 40)
	lanes[0].read(t, 59)
	m.leave(t, lanes)

	other := join(t, broker.Group(t, topic+"-other", topic))
	lanes = other.hold(t, 1)
	lanes[0].startsAt(t, 0) // a group without a commit begins with the oldest record
	other.leave(t, lanes)
}

func testStop(t *testing.T, broker Broker) {
	topic := broker.Topic(t, 2)
	broker.Publish(t, topic, numbered(200, 20))
	m := join(t, broker.Group(t, topic+"-group", topic))
	lanes := m.hold(t, 2)
	m.stop()
	for id, h := range lanes {
		h.endsWith(t, pipelines.ErrStopped)
		h.commit(t, int64(id)+10)
		h.release <- nil // one lane after the other: the second still commits
	}
	if err := receive(t, m.ended, "the end of Run"); err != nil {
		t.Fatalf("Run returned %v after a stop, want nil", err)
	}
	m = join(t, broker.Group(t, topic+"-group", topic))
	lanes = m.hold(t, 2)
	for id, h := range lanes {
		h.startsAt(t, int64(id)+10)
	}
	m.leave(t, lanes)
}

// takeover has a first member hold all partitions and a second join; it gives the lanes
// that the first keeps and those it has lost.
func takeover(t *testing.T, broker Broker, topic string, partitions int) (first, second *member, kept, lost map[int32]*held) {
	t.Helper()
	first = join(t, broker.Group(t, topic+"-group", topic))
	kept = first.hold(t, partitions)
	second = join(t, broker.Group(t, topic+"-group", topic))
	lost = make(map[int32]*held)
	revoked := make(chan *held, partitions)
	ended := make(chan struct{})
	defer close(ended)
	for _, h := range kept {
		go func() {
			select {
			case <-h.ctx.Done():
				revoked <- h
			case <-ended:
			}
		}()
	}
	for len(lost) < partitions/2 {
		h := receive(t, revoked, "a revocation")
		h.endsWith(t, pipelines.ErrRevoked)
		lost[h.part.ID] = h
		delete(kept, h.part.ID)
	}
	return first, second, kept, lost
}

func testRevoke(t *testing.T, broker Broker) {
	const partitions = 4
	topic := broker.Topic(t, partitions)
	broker.Publish(t, topic, numbered(4000, 200))
	first, second, kept, lost := takeover(t, broker, topic, partitions)
	for id, h := range lost {
		h.commit(t, int64(id)+7) // the drain, after the revocation
		h.release <- nil
	}
	taken := second.hold(t, partitions/2)
	for id, h := range taken {
		if lost[id] == nil {
			t.Fatalf("%v is served by two members", h.part)
		}
		h.startsAt(t, int64(id)+7)
	}
	for _, h := range kept {
		if h.ctx.Err() != nil {
			t.Fatalf("%v was disturbed although it stays: %v", h.part, context.Cause(h.ctx))
		}
		h.read(t, 10)
		h.commit(t, 10) // in the generation after
	}
	second.leave(t, taken)
	for id, h := range first.hold(t, partitions/2) { // they come back
		h.startsAt(t, int64(id)+7)
		kept[id] = h
	}
	first.leave(t, kept)
}

func testFenced(t *testing.T, broker Broker) {
	topic := broker.Topic(t, 2)
	broker.Publish(t, topic, numbered(1000, 100))
	first, second, kept, lost := takeover(t, broker, topic, 2)
	for _, h := range lost {
		h.commit(t, 5)
		h.release <- nil
	}
	taken := second.hold(t, 1)
	for id, h := range taken {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		err := lost[id].src.Commit(ctx, 50) // a verdict that comes too late
		cancel()
		if !errors.Is(err, pipelines.ErrFenced) {
			t.Fatalf("%v: a commit after the partition had gone gave %v, want ErrFenced", h.part, err)
		}
	}
	second.leave(t, taken)
	for id, h := range first.hold(t, 1) {
		h.startsAt(t, 5)
		kept[id] = h
	}
	first.leave(t, kept)
}
