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
	kept    string // as note with each commit
	session sarama.ConsumerGroupSession
	offsets *offsets
	fetcher *fetcher
	reader  reader
	unread  unread
	begun   start                     // where the claim began
	look    func() (standing, error)  // asks how the partition stands now
	read    func(at start, end int64) // starts the fetcher, which is not under way

	next   atomic.Int64 // the offset after the last record polled
	closed atomic.Bool

	committing sync.Mutex
	committed  int64 // the highest offset that this source has committed, or found committed; -1 before
}

var _ pipelines.Source = (*source)(nil)

// Poll takes what is left of the answer at hand, and waits for one when nothing is.
func (s *source) Poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	for {
		if n := s.reader.read(dst); n > 0 {
			s.next.Store(dst[n-1].Offset + 1)
			return n, nil
		}
		s.next.Store(max(s.next.Load(), s.reader.answer.next)) // markers are no lag
		select {
		case s.reader.answer = <-s.fetcher.answers:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

// Lag is the leader's end of the partition, as of its last answer, less what was polled.
func (s *source) Lag() int64 { return max(0, s.fetcher.end.Load()-s.next.Load()) }

// reached is the highest offset that is committed; -1 when none is.
func (s *source) reached() int64 {
	s.committing.Lock()
	defer s.committing.Unlock()
	return s.committed
}

// close fences the source, and ends its fetching: whatever holds it still commits nothing
// more.
func (s *source) close() {
	s.closed.Store(true)
	s.fetcher.close()
}
