package kafka

import (
	"context"
	"errors"
	"fmt"

	"sluice/pipelines"
)

// errAnotherTopic says that a claim is about to be made anew.
var errAnotherTopic = errors.New("the topic is another one by now")

// Feed asks where the partition stands: what is settled, and what the log has.
func (s *source) Feed(ctx context.Context) (pipelines.Feed, error) {
	now, err := await(ctx, s.look)
	if err != nil {
		return pipelines.Feed{}, fmt.Errorf("asking how %v stands: %w", s.part, err)
	}
	if now.topic.unlike(s.begun.topic.note()) {
		return pipelines.Feed{}, fmt.Errorf("asking how %v stands: %w", s.part, errAnotherTopic)
	}
	reached := s.reached()
	return pipelines.Feed{
		Part: s.part, Topic: s.begun.topic.id, Oldest: now.oldest, Next: max(reached, s.begun.next), End: now.newest,
		Fresh: reached < 0 && !s.begun.moved, Anew: s.begun.anew && reached <= s.begun.next,
	}, nil
}

// Position is the offset that is read next, behind those that are known to hold no record.
func (s *source) Position() int64 { return s.next.Load() }

// Rewind has the next Poll begin at an offset, mostly below the commit: that stays, and commits
// below it are none. It is not called while Poll is.
func (s *source) Rewind(ctx context.Context, next int64) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if s.closed.Load() {
		return pipelines.ErrFenced
	}
	s.fetcher.close()
	s.fetcher.epochs.forget()
	s.unread.forget()
	s.reader = reader{names: s.reader.names}
	s.next.Store(next)
	s.read(start{topic: s.begun.topic, next: next, epoch: unknownEpoch}, s.fetcher.end.Load())
	return nil
}
