package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
	"sluice/pipelines"
)

// Follow calls each for the records that come into a topic from now on, of all its partitions, until
// ctx ends, and returns nil then. It belongs to no group and commits nothing. Each partition is in order and
// has a goroutine of its own, which waits for each: that is called from several at once. Partitions that are
// added are read from their start. What goes wrong is reported and tried again for ever; what is
// written while Follow looks for where to begin is left out.
func (s *Scanner) Follow(ctx context.Context, topic string, obs GroupObserver, each func(part pipelines.Partition, rec *pipelines.Record)) error {
	var running sync.WaitGroup
	defer running.Wait()
	known := make(map[int32]struct{})
	for failures := 0; ctx.Err() == nil; {
		ends, err := s.ends(ctx, topic)
		wait := s.admin.cfg.MetadataMaxAge
		if err != nil && ctx.Err() == nil {
			obs.GroupFailed(fmt.Errorf("following %s: %w", topic, err))
			wait = backoff(s.fetch.RetryBase, s.fetch.RetryMax, failures)
			failures++
		} else {
			failures = 0
		}
		first := len(known) == 0
		for _, span := range ends {
			if _, there := known[span.Partition]; there {
				continue
			}
			known[span.Partition] = struct{}{}
			from := span.From
			if first {
				from = span.To
			}
			part := pipelines.Partition{Topic: topic, ID: span.Partition}
			running.Go(func() { s.follow(ctx, part, from, obs, func(rec *pipelines.Record) { each(part, rec) }) })
		}
		pause.AtMost(ctx, wait)
	}
	return nil
}

// ends asks for all partitions.
func (s *Scanner) ends(ctx context.Context, topic string) ([]Span, error) {
	spans, err := s.Spans(ctx, topic, Range{})
	if errors.Is(err, ErrNoTopic) {
		return nil, nil // it is waited for
	}
	return spans, err
}

// errMoved ends the reading of a partition whose log is another one by now.
var errMoved = errors.New("the log is another one")

// follow reads one partition until ctx ends. Where the log has lost its end, or the topic was made
// anew, it goes on behind what is there.
func (s *Scanner) follow(ctx context.Context, part pipelines.Partition, from int64, obs GroupObserver, each func(rec *pipelines.Record)) {
	for failures := 0; ctx.Err() == nil; failures++ {
		client, _, err := s.connect(ctx)
		if err == nil {
			if failures > 0 {
				from, err = await(ctx, func() (int64, error) {
					return client.GetOffset(s.admin.cfg.topic(part.Topic), part.ID, sarama.OffsetNewest)
				})
			}
			if err == nil {
				err = s.tail(ctx, client, part, from, obs, each)
			}
		}
		if ctx.Err() == nil {
			obs.GroupFailed(fmt.Errorf("following %v: %w", part, err))
			pause.AtMost(ctx, backoff(s.fetch.RetryBase, s.fetch.RetryMax, failures))
		}
	}
}

// tail reads until ctx ends or the log is another one.
func (s *Scanner) tail(ctx context.Context, client sarama.Client, part pipelines.Partition, from int64, obs GroupObserver, each func(rec *pipelines.Record)) error {
	ctx, give := context.WithCancelCause(ctx)
	defer give(nil)
	f := &fetcher{
		part: part, wire: s.admin.cfg.topic(part.Topic), group: s.fetch, obs: obs, client: client,
		topic: func() (incarnation, error) { return incarnation{}, nil }, pass: func(hole) {}, back: func(int64) { give(errMoved) },
	}
	f.start(ctx, s.admin.cfg.DialTimeout, start{next: from, epoch: unknownEpoch}, from)
	defer f.close()
	r := reader{names: pipelines.HeaderNames{}}
	records := make([]pipelines.Record, scanSlice)
	for {
		select {
		case r.answer = <-f.answers:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		for n := r.read(records); n > 0; n = r.read(records) {
			for i := range n {
				each(&records[i])
			}
		}
	}
}
