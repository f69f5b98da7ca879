package elastic

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"sluice/pipelines"
)

// bulkQuery filters the answer. Every item keeps its status: its place is the only link
// back to its write. The reason is asked for because one error type covers both a bad document and a
// bad set-up; it never leaves this package.
const bulkQuery = "filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason"

// answer is what one bulk request came back with. Its bytes lie in the scratch and are
// good until the next request.
type answer struct {
	status int
	items  []item // one per write when status is 200
	kind   []byte // of a refusal
	detail []byte
}

// bulk sends one request within the limit of requests in flight.
func (s *Sink) bulk(ctx context.Context, writes []pipelines.Write, at []int, sc *scratch) (answer, error) {
	if err := s.inflight.acquire(ctx); err != nil {
		return answer{}, err
	}
	start := time.Now()
	got, size, err := s.exchange(ctx, writes, at, sc)
	took := time.Since(start)

	busy := busyItems(got, len(at))
	s.inflight.release(trip{
		start: start, took: took, bytes: size,
		pushback: float64(busy) / float64(len(at)),
		failed:   err != nil && ctx.Err() == nil,
	})
	s.obs.Requested(Request{Status: got.status, Writes: len(at), Bytes: size, Took: took, Busy: busy, Err: err})
	return got, err
}

// busyItems counts the items that were pushed back, all of them when the request was.
func busyItems(a answer, sent int) int {
	if a.status == http.StatusTooManyRequests || a.status >= http.StatusInternalServerError {
		return sent
	}
	busy := 0
	for i := range a.items {
		if a.items[i].status == http.StatusTooManyRequests {
			busy++
		}
	}
	return busy
}

// exchange builds the body, sends it and reads the answer; size is the body's, in bytes.
func (s *Sink) exchange(ctx context.Context, writes []pipelines.Write, at []int, sc *scratch) (got answer, size int, err error) {
	body := getPayload(&s.payloads)
	defer func() { body.release() }()
	for _, i := range at {
		body.buf = s.appendWrite(body.buf, &writes[i], sc.guard(i))
	}
	size = len(body.buf)
	header := http.Header{"Content-Type": {"application/x-ndjson"}}
	if s.cfg.Gzip {
		packed, err := s.compress(body)
		if err != nil {
			return answer{}, size, err
		}
		body.release()
		body = packed
		header.Set("Content-Encoding", "gzip")
	}
	req := &http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: "/_bulk", RawQuery: bulkQuery}, Header: header,
		Body: body.reader(), ContentLength: int64(len(body.buf)),
	}
	req.GetBody = func() (io.ReadCloser, error) { return body.reader(), nil }

	status, err := s.client.roundTrip(ctx, handmade{req}, &sc.reply)
	if err != nil {
		return answer{}, size, fmt.Errorf("writing bulk: %w", err)
	}
	got.status = status
	if status != http.StatusOK {
		got.kind, got.detail = decodeRefusal(sc.reply)
		return got, size, nil
	}
	sc.items, err = parseReply(sc.reply, sc.items[:0])
	if err != nil {
		return answer{}, size, err
	}
	if len(sc.items) != len(at) {
		return answer{}, size, fmt.Errorf("%w: %d items for %d writes", errBadReply, len(sc.items), len(at))
	}
	got.items = sc.items
	return got, size, nil
}
