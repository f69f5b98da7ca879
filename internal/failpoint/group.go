package failpoint

import (
	"context"

	"sluice/pipelines"
)

// Group has the points of a partition's life around next: source, commit and drain.
func (p Points) Group(next pipelines.Group) pipelines.Group {
	if !p.any(SourceAssigned, SourceAfterPoll, CommitBefore, CommitAfter, DrainBegin, DrainEnd) {
		return next
	}
	return &group{next: next, points: p}
}

type group struct {
	next   pipelines.Group
	points Points
}

// Run hands on; each partition is served with the points around it.
func (g *group) Run(ctx context.Context, serve pipelines.Serve) error {
	return g.next.Run(ctx, func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
		g.points.at(SourceAssigned).hit()
		lane, end := context.WithCancelCause(context.WithoutCancel(ctx))
		defer end(nil)
		defer context.AfterFunc(ctx, func() { // the lane learns of it after the hit
			g.points.at(DrainBegin).hit()
			end(context.Cause(ctx))
		})()
		err := serve(lane, part, &source{
			Source: src, polled: g.points.at(SourceAfterPoll),
			before: g.points.at(CommitBefore), after: g.points.at(CommitAfter),
		})
		g.points.at(DrainEnd).hit()
		return err
	})
}

type source struct {
	pipelines.Source
	polled, before, after *point
}

// Poll hands on.
func (s *source) Poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	n, err := s.Source.Poll(ctx, dst)
	if n > 0 {
		s.polled.hit()
	}
	return n, err
}

// Commit hands on.
func (s *source) Commit(ctx context.Context, next int64) error {
	s.before.hit()
	err := s.Source.Commit(ctx, next)
	if err == nil {
		s.after.hit()
	}
	return err
}
