package kafka

import (
	"fmt"
	"reflect"
	"time"

	"github.com/IBM/sarama"

	"sluice/pipelines"
)

// answer is what one fetch brought.
type answer struct {
	batches []*sarama.RecordBatch // whole ones, without the markers of transactions
	from    int64                 // the first offset wanted: brokers give whole batches
	next    int64                 // the offset behind all of it, markers and compacted records too
	epoch   int32                 // of the leader that wrote the last of it; unknownEpoch
}

// unpack walks the records of an answer. partial says that the first batch is larger than
// what was asked for: the answer then holds nothing.
func unpack(block *sarama.FetchResponseBlock, from int64) (got answer, partial bool) {
	got, partial = answer{from: from, next: from, epoch: unknownEpoch}, block.Partial
	for _, set := range block.RecordsSet {
		batch := set.RecordBatch
		if set.MsgSet != nil {
			partial = partial || set.MsgSet.PartialTrailingMessage
			batch = modern(set.MsgSet)
		}
		if batch == nil {
			continue
		}
		if batch.PartialTrailingRecord {
			partial = true
			break
		}
		if batch.LastOffset() < got.next {
			continue
		}
		got.next, got.epoch = batch.LastOffset()+1, batch.PartitionLeaderEpoch
		if !batch.Control {
			got.batches = append(got.batches, batch)
		}
	}
	if got.next == from && !partial {
		got.next = max(from, afterEmpty(block))
	}
	return got, partial && got.next == from
}

// afterEmpty is the offset behind a batch that compaction has left without records, or 0.
// The client drops such a batch from the answer, and keeps where it ended to itself: but
// for this look inside, whoever reads by offset asks for the same batch for ever.
func afterEmpty(block *sarama.FetchResponseBlock) int64 {
	next := reflect.ValueOf(block).Elem().FieldByName("recordsNextOffset")
	if next.Kind() != reflect.Pointer || next.IsNil() {
		return 0
	}
	return next.Elem().Int()
}

// reader takes the records out of answers.
type reader struct {
	answer answer
	record int // of the first batch left
	names  pipelines.HeaderNames
}

// read fills dst from the front with what is left of the answer.
func (r *reader) read(dst []pipelines.Record) int {
	var slab []pipelines.Header // one for the headers of all records of this call
	n := 0
	for n < len(dst) && len(r.answer.batches) > 0 {
		batch := r.answer.batches[0]
		first, appended := millis(batch.FirstTimestamp), millis(batch.MaxTimestamp)
		for n < len(dst) && r.record < len(batch.Records) {
			rec := batch.Records[r.record]
			r.record++
			offset := batch.FirstOffset + rec.OffsetDelta
			if offset < r.answer.from {
				continue
			}
			dst[n] = pipelines.Record{Offset: offset, Time: first + rec.TimestampDelta.Milliseconds(), Key: rec.Key, Value: rec.Value}
			if batch.LogAppendTime {
				dst[n].Time = appended
			}
			if len(rec.Headers) > 0 {
				slab = r.headers(slab, rec.Headers, min(len(dst)-n, len(batch.Records)-r.record+1))
				dst[n].Headers = slab[len(slab)-len(rec.Headers):]
			}
			n++
		}
		if r.record == len(batch.Records) {
			r.answer.batches[0] = nil // what nobody holds any more may go
			r.answer.batches, r.record = r.answer.batches[1:], 0
		}
	}
	return n
}

// headers appends a record's headers to the slab; a slab that is full stays with the
// records that it serves, and a new one has room for that many records like this one.
func (r *reader) headers(slab []pipelines.Header, headers []*sarama.RecordHeader, records int) []pipelines.Header {
	if cap(slab)-len(slab) < len(headers) {
		slab = make([]pipelines.Header, 0, records*len(headers))
	}
	for _, h := range headers {
		slab = append(slab, pipelines.Header{Key: r.names.Text(h.Key), Value: h.Value})
	}
	return slab
}

// heed finds what the leader said of this partition.
func heed(said *sarama.FetchResponse, wire string, id int32) (*sarama.FetchResponseBlock, error) {
	if code := sarama.KError(said.ErrorCode); code != sarama.ErrNoError {
		return nil, code
	}
	block := said.GetBlock(wire, id)
	switch {
	case block == nil && said.ThrottleTime > 0: // a client above its quota is answered with nothing
		return nil, nil
	case block == nil:
		return nil, fmt.Errorf("fetching: %w", sarama.ErrIncompleteResponse)
	case block.Err != sarama.ErrNoError:
		return nil, block.Err
	}
	return block, nil
}

// millis is a time on the wire, 0 for a record without one.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
