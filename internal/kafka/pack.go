package kafka

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"

	"sluice/pipelines"
)

// call is one Publish that waits for its parts.
type call struct {
	left atomic.Int32 // parts without an answer
	once sync.Once
	done chan struct{}
	err  error // read only after done
}

// end answers the caller, unless that has happened.
func (c *call) end(err error) {
	c.once.Do(func() {
		c.err = err
		close(c.done)
	})
}

// over says whether nobody waits any more.
func (c *call) over() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// part is the share of a call that goes into one batch of one partition.
type part struct {
	call    *call
	to      *partition
	records []*sarama.Record // TimestampDelta holds the time since 1970 until a batch is made
	bytes   int
}

// finish gives the room back and answers the call when it was the last part, or has failed.
func (p *Publisher) finish(done part, err error) {
	p.budget.Release(int64(done.bytes))
	if done.call.left.Add(-1) == 0 || err != nil {
		done.call.end(err)
	}
}

// packed is a call, ready to be queued.
type packed struct {
	call  *call
	parts []part
	bytes int64
}

// pack sorts a call's records by partition, and cuts each share into parts that fit a
// batch. It allocates per call, not per record.
func (p *Publisher) pack(t *topic, partition int32, records []pipelines.Record) (packed, error) {
	where, ends, headers, err := p.place(t, partition, records)
	if err != nil {
		return packed{}, err
	}
	made := newSlab(records, headers)
	sizes := make([]int, len(records))
	now := time.Now().UnixMilli()
	out := packed{call: &call{done: make(chan struct{})}}
	for i := range records {
		// ends[w] counts down to the start of w's share: walk backwards to keep the order.
		at := len(records) - 1 - i
		w := where[at]
		ends[w]--
		made.put(int(ends[w]), &records[at], now)
		sizes[ends[w]] = records[at].Size()
		out.bytes += int64(records[at].Size())
	}
	if out.bytes > p.limits.InFlightBytes {
		return packed{}, fmt.Errorf("the call's %d bytes are more than may be in flight, %d", out.bytes, p.limits.InFlightBytes)
	}
	for w, from := range ends { // by now the starts
		to := int32(len(records))
		if w+1 < len(ends) {
			to = ends[w+1]
		}
		out.parts = p.cut(out.parts, part{call: out.call, to: t.partitions[w], records: made.pointers[from:to]}, sizes[from:to])
	}
	out.call.left.Store(int32(len(out.parts)))
	return out, nil
}

// place finds each record's partition, where each partition's share ends, and how many
// headers there are.
func (p *Publisher) place(t *topic, partition int32, records []pipelines.Record) (where, ends []int32, headers int, err error) {
	n := len(t.partitions)
	if int(partition) >= n {
		return nil, nil, 0, fmt.Errorf("%w: %d, there are %d", ErrNoPartition, partition, n)
	}
	where, ends = make([]int32, len(records)), make([]int32, n)
	keyless := int(p.turn.Add(1)) % n
	for i := range records {
		if size := records[i].Size(); size > p.limits.RecordBytes {
			return nil, nil, 0, &TooLargeError{Index: i, Bytes: size, Limit: p.limits.RecordBytes}
		}
		w := keyless
		switch {
		case partition != byKey:
			w = int(partition)
		case records[i].Key != nil:
			w = partitionOf(records[i].Key, n)
		}
		where[i] = int32(w)
		ends[w]++
		headers += len(records[i].Headers)
	}
	for w := 1; w < n; w++ {
		ends[w] += ends[w-1]
	}
	return where, ends, headers, nil
}

// cut appends a partition's share in parts of at most BatchBytes, or of one record.
func (p *Publisher) cut(parts []part, share part, sizes []int) []part {
	for from := 0; from < len(share.records); {
		to, bytes := from, 0
		for to < len(sizes) && (to == from || bytes+sizes[to] <= p.limits.BatchBytes) {
			bytes += sizes[to]
			to++
		}
		parts = append(parts, part{call: share.call, to: share.to, records: share.records[from:to:to], bytes: bytes})
		from = to
	}
	return parts
}

// slab holds all of a call's records as sarama wants them.
type slab struct {
	records  []sarama.Record
	pointers []*sarama.Record
	headers  []sarama.RecordHeader
	header   []*sarama.RecordHeader
}

func newSlab(records []pipelines.Record, headers int) *slab {
	return &slab{
		records: make([]sarama.Record, len(records)), pointers: make([]*sarama.Record, len(records)),
		headers: make([]sarama.RecordHeader, 0, headers), header: make([]*sarama.RecordHeader, 0, headers),
	}
}

func (s *slab) put(at int, rec *pipelines.Record, now int64) {
	first := len(s.header)
	for i := range rec.Headers {
		s.headers = append(s.headers, sarama.RecordHeader{Key: []byte(rec.Headers[i].Key), Value: rec.Headers[i].Value})
		s.header = append(s.header, &s.headers[len(s.headers)-1])
	}
	s.records[at] = sarama.Record{
		Headers: s.header[first:len(s.header):len(s.header)], Key: rec.Key, Value: rec.Value,
		TimestampDelta: time.Duration(orElse(rec.Time, now)) * time.Millisecond,
	}
	s.pointers[at] = &s.records[at]
}
