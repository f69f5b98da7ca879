package requeue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

const (
	pings = schemas.TopicPings
	live  = "gps-live"
	noon  = int64(1_790_000_000_000)
)

// topics keeps records in memory: a Log, a Writer and a Deleter.
type topics struct {
	mu      sync.Mutex
	records map[pipelines.Partition][]pipelines.Record
	start   map[pipelines.Partition]int64
	before  func(part pipelines.Partition, rec *pipelines.Record) error // of each write; may block
	ids     []int32
}

func newTopics() *topics {
	return &topics{records: map[pipelines.Partition][]pipelines.Record{}, start: map[pipelines.Partition]int64{}, ids: []int32{0, 1, 2}}
}

func (t *topics) Spans(_ context.Context, topic string) ([]Span, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var spans []Span
	for _, id := range t.ids {
		part := pipelines.Partition{Topic: topic, ID: id}
		spans = append(spans, Span{Partition: id, From: t.start[part], To: int64(len(t.records[part]))})
	}
	return spans, nil
}

func (t *topics) Read(ctx context.Context, topic string, span Span, each func(rec *pipelines.Record) error) error {
	t.mu.Lock()
	all := slices.Clone(t.records[pipelines.Partition{Topic: topic, ID: span.Partition}])
	t.mu.Unlock()
	for offset := span.From; offset < span.To; offset++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		rec := all[offset]
		if err := each(&rec); err != nil {
			return err
		}
	}
	return nil
}

func (t *topics) PublishTo(_ context.Context, part pipelines.Partition, records []pipelines.Record) error {
	for i := range records {
		if t.before != nil {
			if err := t.before(part, &records[i]); err != nil {
				return err
			}
		}
		t.mu.Lock()
		rec := records[i]
		rec.Offset = int64(len(t.records[part]))
		t.records[part] = append(t.records[part], rec)
		t.mu.Unlock()
	}
	return nil
}

func (t *topics) DeleteBefore(_ context.Context, topic string, offsets map[int32]int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, offset := range offsets {
		t.start[pipelines.Partition{Topic: topic, ID: id}] = offset
	}
	return nil
}

func (t *topics) of(topic string, id int32) []pipelines.Record {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.records[pipelines.Partition{Topic: topic, ID: id}])
}

func header(name, value string) pipelines.Header {
	return pipelines.Header{Key: name, Value: []byte(value)}
}

// story is the headers that make a record a letter.
func story(part int32, offset int64, more ...pipelines.Header) []pipelines.Header {
	return append([]pipelines.Header{
		header(schemas.HeaderDeadReason, "out_of_range"), header(schemas.HeaderDeadStage, "decode"), header(schemas.HeaderDeadVerdict, "poison"),
		header(schemas.HeaderDeadDetail, "lat: not within -90 to 90 degrees"), header(schemas.HeaderDeadTopic, pings),
		header(schemas.HeaderDeadPartition, strconv.Itoa(int(part))), header(schemas.HeaderDeadOffset, strconv.FormatInt(offset, 10)),
		header(schemas.HeaderDeadTime, strconv.FormatInt(noon+offset, 10)), header(schemas.HeaderDeadPipeline, live),
		header(schemas.HeaderDeadWritten, strconv.FormatInt(noon, 10)),
	}, more...)
}

// bury puts n letters into the live box, of so many keys, over all partitions.
func (t *topics) bury(test testing.TB, n, keys int) {
	test.Helper()
	for i := range n {
		key := i % keys
		part := int32(key % len(t.ids))
		rec := pipelines.Record{
			Key: fmt.Appendf(nil, "D%d", key), Value: strconv.AppendInt(nil, int64(i), 10), Time: noon, Headers: story(part, int64(i)),
		}
		if err := t.PublishTo(test.Context(), pipelines.Partition{Topic: schemas.DeadTopic(live), ID: part}, []pipelines.Record{rec}); err != nil {
			test.Fatal(err)
		}
	}
}

// values are what was put back, per partition in order.
func (t *topics) values() (all []string) {
	for _, id := range t.ids {
		for _, rec := range t.of(pings, id) {
			all = append(all, string(rec.Value))
		}
	}
	return all
}

// states counts the letters of the live box.
func (t *topics) states(test testing.TB) map[State]int {
	test.Helper()
	found := map[State]int{}
	err := NewBox(t, live).Walk(test.Context(), func(_ *Letter, state State) error {
		found[state]++
		return nil
	})
	if err != nil {
		test.Fatal(err)
	}
	return found
}

// watcher remembers what it was told.
type watcher struct {
	mu   sync.Mutex
	done []ID
	errs []error
}

func (w *watcher) Settled(id ID, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.errs = append(w.errs, err)
		return
	}
	w.done = append(w.done, id)
}

var errAway = errors.New("kafka is away")

func settings() Config {
	return Config{
		Who: "tester", Topics: []string{pings}, MaxAttempts: 5,
		Temporary: func(err error) bool { return errors.Is(err, errAway) },
	}
}

// requeuer is one over the topics.
func requeuer(test testing.TB, t *topics, cfg Config) (*Requeuer, *watcher) {
	test.Helper()
	w := &watcher{}
	r, err := New(cfg, t, w)
	if err != nil {
		test.Fatal(err)
	}
	return r, w
}
