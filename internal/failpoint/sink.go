package failpoint

import (
	"context"
	"net/http/httptrace"

	"sluice/pipelines"
)

// Sink has the points of the sink around next. Those between request and reply are hit by each HTTP
// request that next sends with the context that it was given; other stores do not hit them.
func (p Points) Sink(next pipelines.Sink) pipelines.Sink {
	if !p.any(SinkBeforeWrite, SinkRequestCut, SinkReplyUnread, SinkAfterWrite) {
		return next
	}
	return &sink{
		next: next, before: p.at(SinkBeforeWrite), after: p.at(SinkAfterWrite),
		cut: p.at(SinkRequestCut), unread: p.at(SinkReplyUnread),
	}
}

type sink struct {
	next          pipelines.Sink
	before, after *point
	cut, unread   *point
}

// Write hands on.
func (s *sink) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	s.before.hit()
	err := s.next.Write(s.watched(ctx), writes, results)
	if err == nil {
		s.after.hit()
	}
	return err
}

// watched has the HTTP client tell where a request is. It says that a request is written before
// it empties its own buffer, which may therefore hold all of a small one, and the end of a large one.
func (s *sink) watched(ctx context.Context) context.Context {
	if s.cut == nil && s.unread == nil {
		return ctx
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest:         func(httptrace.WroteRequestInfo) { s.cut.hit() },
		GotFirstResponseByte: s.unread.hit,
	})
}
