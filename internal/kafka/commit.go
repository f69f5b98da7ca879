package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
	"sluice/pipelines"
)

// The waits between the attempts at one commit.
const (
	commitRetryBase = 20 * time.Millisecond
	commitRetryMax  = time.Second
)

// Commit makes next durable, or says why not: it tries again, until ctx ends, while the
// group rebalances or its coordinator is away, and returns pipelines.ErrFenced once the
// partition is no longer this member's. An attempt that ctx left behind may still arrive;
// it can neither lower a later commit of this source nor touch another owner's.
func (s *source) Commit(ctx context.Context, next int64) error {
	for failures := 0; ; failures++ {
		_, err := await(ctx, func() (struct{}, error) { return struct{}{}, s.commit(next) })
		switch {
		case err == nil:
			return nil
		case errors.Is(err, pipelines.ErrFenced):
			return err
		case ctx.Err() != nil || !passing(err):
			return fmt.Errorf("committing %v: %w", s.part, err)
		}
		pause.AtMost(ctx, backoff(commitRetryBase, commitRetryMax, failures))
		if ctx.Err() != nil {
			return fmt.Errorf("committing %v: %w", s.part, errors.Join(context.Cause(ctx), err))
		}
	}
}

// commit is one attempt. The lock keeps an attempt left behind from overtaking a later one.
func (s *source) commit(next int64) error {
	s.committing.Lock()
	defer s.committing.Unlock()
	if s.closed.Load() {
		return pipelines.ErrFenced
	}
	if next <= s.committed {
		return nil
	}
	next = s.unread.behind(next)
	put := commit{next: next, epoch: s.fetcher.epochs.before(next), note: s.kept}
	err := s.offsets.commit(s.session.MemberID(), s.session.GenerationID(), s.wire, s.part.ID, put)
	if err == nil {
		s.committed = next
		return nil
	}
	if s.fenced(err) {
		return errors.Join(pipelines.ErrFenced, err)
	}
	return err
}

// fenced says whether a refusal is final. A generation may be refused just because the
// group has moved on to the next and this member is about to hear of it; when its session has
// ended it never will.
func (s *source) fenced(err error) bool {
	if errors.Is(err, sarama.ErrFencedInstancedId) {
		return true
	}
	if errors.Is(err, sarama.ErrUnknownMemberId) || errors.Is(err, sarama.ErrIllegalGeneration) {
		return s.session.Context().Err() != nil
	}
	return false
}

// passing says whether another attempt may succeed: the group is between two
// generations, the coordinator moves or loads, or the connection failed.
func passing(err error) bool {
	var code sarama.KError
	if !errors.As(err, &code) {
		return true
	}
	switch code {
	case sarama.ErrTopicAuthorizationFailed, sarama.ErrGroupAuthorizationFailed, sarama.ErrOffsetMetadataTooLarge,
		sarama.ErrInvalidCommitOffsetSize, sarama.ErrInvalidGroupId, sarama.ErrUnsupportedVersion:
		return false
	default:
		return true
	}
}
