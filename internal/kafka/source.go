package kafka

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/IBM/sarama"

	"sluice/pipelines"
)

// source is one claimed partition: a pipelines.Source.
type source struct {
	part    pipelines.Partition
	wire    string // the topic on the wire
	session sarama.ConsumerGroupSession
	claim   sarama.ConsumerGroupClaim
	offsets *offsets
	ended   func() // tells that the claim's channel was closed
	idle    *idle
	names   names

	next   atomic.Int64 // the offset after the last record polled
	closed atomic.Bool

	committing sync.Mutex
	committed  int64 // the highest offset that this source has committed
}

var _ pipelines.Source = (*source)(nil)

func newSource(part pipelines.Partition, session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim, c *claims, start int64, ended func()) *source {
	s := &source{
		part: part, wire: claim.Topic(), session: session, claim: claim, offsets: c.offsets, ended: ended,
		names: make(names), committed: -1,
		idle: newIdle(c.pauser, claim, c.group.group.PauseAfter),
	}
	s.next.Store(start)
	return s
}

// Poll waits for the first record and then takes what is there.
func (s *source) Poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	s.idle.stir()
	defer s.idle.rest()
	messages := s.claim.Messages()
	var first *sarama.ConsumerMessage
	select {
	case first = <-messages:
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	if first == nil { // revoked, stopped, or its offset has gone: ended makes the cause known
		s.ended()
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}
	n := s.fill(dst, first, messages)
	s.next.Store(dst[n-1].Offset + 1)
	return n, nil
}

func (s *source) fill(dst []pipelines.Record, message *sarama.ConsumerMessage, messages <-chan *sarama.ConsumerMessage) int {
	var slab []pipelines.Header // one for the headers of all records of this Poll
	n := 0
	for {
		dst[n] = pipelines.Record{
			Offset: message.Offset, Time: message.Timestamp.UnixMilli(), Key: message.Key, Value: message.Value,
		}
		if len(message.Headers) > 0 {
			slab = s.headers(slab, message.Headers, min(len(dst)-n, len(messages)+1))
			dst[n].Headers = slab[len(slab)-len(message.Headers):]
		}
		if n++; n == len(dst) {
			return n
		}
		select {
		case message = <-messages:
			if message == nil {
				return n
			}
		default:
			return n
		}
	}
}

// headers appends a record's headers to the slab; a slab that is full stays with the
// records that it serves, and a new one has room for that many records like this one.
func (s *source) headers(slab []pipelines.Header, headers []*sarama.RecordHeader, records int) []pipelines.Header {
	if cap(slab)-len(slab) < len(headers) {
		slab = make([]pipelines.Header, 0, records*len(headers))
	}
	for _, h := range headers {
		slab = append(slab, pipelines.Header{Key: s.names.text(h.Key), Value: h.Value})
	}
	return slab
}

// Lag is the broker's end of the partition, as of its last answer, less what was polled.
func (s *source) Lag() int64 { return max(0, s.claim.HighWaterMarkOffset()-s.next.Load()) }

// close fences the source: whatever holds it still commits nothing more.
func (s *source) close() {
	s.closed.Store(true)
	s.idle.end()
}

// names keeps the header names it has met as texts, so that a name is made once.
type names map[string]string

const maxNames = 64

func (n names) text(name []byte) string {
	if known, ok := n[string(name)]; ok {
		return known
	}
	made := string(name)
	if len(n) < maxNames {
		n[made] = made
	}
	return made
}
