package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/IBM/sarama"
)

// Range is a share of a topic by the records' times. From is inclusive and To is not; the
// zero time is the oldest record, and what is there now.
//
// A partition's share begins at its first record at or after From and ends before its first
// one at or after To. Where producers set the times, so that they go back and forth, records
// behind that one are left out whatever their own time is.
type Range struct{ From, To time.Time }

// Span is a share of one partition: offsets from From to To, exclusive.
type Span struct {
	Partition int32
	From, To  int64
}

// Spans finds where a range lies in each partition, in their order. An empty share has To
// equal to From.
func (s *Scanner) Spans(ctx context.Context, topic string, r Range) ([]Span, error) {
	spans, err := await(ctx, func() ([]Span, error) { return s.spans(s.admin.cfg.topic(topic), r) })
	if err != nil {
		return nil, fmt.Errorf("looking for the bounds of %s: %w", topic, err)
	}
	return spans, nil
}

func (s *Scanner) spans(wire string, r Range) ([]Span, error) {
	client, admin, err := s.admin.connect()
	if err != nil {
		return nil, err
	}
	if err := client.RefreshMetadata(wire); err != nil {
		if errors.Is(err, sarama.ErrUnknownTopicOrPartition) {
			return nil, fmt.Errorf("%w: %s", ErrNoTopic, wire)
		}
		return nil, err
	}
	ids, err := client.Partitions(wire)
	if err != nil {
		return nil, err
	}
	ids = slices.Sorted(slices.Values(ids))
	ends, err := offsetsAt(admin, wire, ids, sarama.OffsetNewest)
	if err != nil {
		return nil, err
	}
	from, err := firstAt(admin, wire, ids, r.From, ends)
	if err != nil {
		return nil, err
	}
	to := ends
	if !r.To.IsZero() {
		if to, err = firstAt(admin, wire, ids, r.To, ends); err != nil {
			return nil, err
		}
	}
	spans := make([]Span, 0, len(ids))
	for _, id := range ids {
		spans = append(spans, Span{Partition: id, From: from[id], To: max(from[id], to[id])})
	}
	return spans, nil
}

// firstAt finds each partition's first record at or after a time, or its end.
func firstAt(admin sarama.ClusterAdmin, wire string, ids []int32, at time.Time, ends map[int32]int64) (map[int32]int64, error) {
	when := sarama.OffsetOldest
	if !at.IsZero() {
		when = max(at.UnixMilli(), 0)
	}
	found, err := offsetsAt(admin, wire, ids, when)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if found[id] < 0 || found[id] > ends[id] { // none, or written since the ends were asked for
			found[id] = ends[id]
		}
	}
	return found, nil
}

// connect gives the scanner's client.
func (s *Scanner) connect(ctx context.Context) (sarama.Client, sarama.ClusterAdmin, error) {
	type pair struct {
		client sarama.Client
		admin  sarama.ClusterAdmin
	}
	got, err := await(ctx, func() (pair, error) {
		client, admin, err := s.admin.connect()
		return pair{client, admin}, err
	})
	return got.client, got.admin, err
}

// ErrNoTopic says that the topic is not there.
var ErrNoTopic = errors.New("no such topic")
