package query

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"sluice/internal/problem"
	"sluice/schemas"
)

// ServeHTTP answers /v1/live: first the positions of the box that are not older than
// MaxAge, then each that changes, and each change of level from now on, until the client leaves, reads too slowly, or the server stops.
func (l *live) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	params := readParams(r, "topics", "bbox")
	wanted := params.liveTopics(l.levels != nil)
	box := params.liveBox(wanted, l.cfg.Live.MaxBoxDegrees)
	if p := params.problem(); p != nil {
		problem.Write(w, p)
		return
	}
	watch := l.join(wanted, box) //nolint:contextcheck // a poller outlives the request that began it
	if watch == nil {
		problem.Write(w, overloaded())
		return
	}
	defer l.leave(watch)
	// Polls are queued from here on, so that nothing falls between the first look and them.
	s := stream{w: w, control: http.NewResponseController(w), sent: newSent(2 * l.cfg.Live.MaxPositions), timeout: l.cfg.Live.WriteTimeout}
	first, err := l.first(r, wanted, box, s.sent.fresh)
	if err != nil {
		if r.Context().Err() == nil {
			l.obs.QueryFailed(pathLive, err)
		}
		problem.Write(w, failed(r.Context(), err))
		return
	}
	if s.begin() == nil && r.Method != http.MethodHead && s.write(first) == nil {
		l.follow(r.Context(), &s, watch)
	}
}

// first is what a stream begins with.
func (l *live) first(r *http.Request, wanted topics, box schemas.Box, fresh func(string, int64) bool) ([]byte, error) {
	var text []byte
	now := time.Now()
	if wanted.positions {
		found, err := l.look(r.Context(), box, now, l.firstSince(r, now), fresh)
		if err != nil {
			return nil, err
		}
		text = found.frames(nil)
	}
	if _, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64); err == nil && wanted.levels {
		text = append(text, l.levels.since(l.firstSince(r, now))...)
	}
	return text, nil
}

// firstSince is how far the first look reaches back. A client that comes back names the
// last event that it has: all that may have changed since then is sent. What it names
// is not trusted further than to shorten that.
func (l *live) firstSince(r *http.Request, now time.Time) int64 {
	oldest := now.Add(-l.cfg.MaxAge)
	last, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if err != nil || last > now.UnixMilli() {
		return oldest.UnixMilli()
	}
	return l.since(now, time.UnixMilli(last))
}

// follow writes polls until there are no more or the client is gone.
func (l *live) follow(ctx context.Context, s *stream, watch *watcher) {
	quiet := time.NewTimer(l.cfg.Live.Heartbeat)
	defer quiet.Stop()
	for {
		text := []byte(frameHeartbeat)
		select {
		case <-ctx.Done():
			return
		case found, more := <-watch.polls:
			if !more {
				return
			}
			text = s.frames(found)
		case <-quiet.C:
		}
		if len(text) == 0 {
			continue
		}
		if s.write(text) != nil {
			return // the client has gone, or does not read
		}
		quiet.Reset(l.cfg.Live.Heartbeat)
	}
}

// frames are what of a poll this stream has not sent.
func (s *stream) frames(found *poll) []byte {
	if found.levels {
		return found.frames(nil)
	}
	text := found.frames(s.sent.fresh)
	s.sent.forget(found.since)
	return text
}

// frames are the events of a poll that pass; a nil pass lets all through.
func (p *poll) frames(pass func(driver string, ts int64) bool) []byte {
	var text []byte
	for i := range p.events {
		if e := &p.events[i]; pass == nil || pass(e.driver, e.ts) {
			text = append(text, e.frame...)
		}
	}
	if p.cut {
		text = append(text, frameTruncated...)
	}
	return text
}

// stream writes server-sent events to one client.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	sent    *sent
	timeout time.Duration
}

// begin sends the headers. The server's time-outs are for answers that end: net/http lifts
// that of reading once a request is read, and that of writing is renewed with every write.
func (s *stream) begin() error {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	s.w.WriteHeader(http.StatusOK)
	return s.write([]byte(frameHello))
}

// write sends text on its way at once.
func (s *stream) write(text []byte) error {
	if err := supported(s.control.SetWriteDeadline(time.Now().Add(s.timeout))); err != nil {
		return err
	}
	if _, err := s.w.Write(text); err != nil {
		return err
	}
	return s.control.Flush()
}

// supported forgives a writer that has no deadlines.
func supported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}
