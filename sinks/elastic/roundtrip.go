package elastic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

var (
	errReplyTooLarge   = errors.New("the answer is larger than the limit")
	errNoElasticsearch = errors.New("the server does not say that it is Elasticsearch")
)

// roundTrip sends a request, of esapi or handmade, and reads the whole answer into reply, within the request's
// time-out. The context's own end is reported as its cause.
func (c *client) roundTrip(ctx context.Context, request esapi.Request, reply *[]byte) (status int, err error) {
	limited, cancel := context.WithTimeout(ctx, c.cfg.RequestTimeout)
	defer cancel()
	res, err := request.Do(limited, c.es)
	if err != nil {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return 0, fmt.Errorf("asking Elasticsearch: %w", err)
	}
	*reply, err = readAll(res, (*reply)[:0], c.cfg.MaxReplyBytes)
	closeErr := res.Body.Close()
	if err = errors.Join(err, closeErr, c.recognise(res)); err != nil {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return 0, fmt.Errorf("reading answer: %w", err)
	}
	return res.StatusCode, nil
}

// handmade is a request made without esapi: a bulk request, whose body is pooled.
type handmade struct{ http *http.Request }

// Do sends it, as a request of esapi is sent.
func (h handmade) Do(ctx context.Context, to esapi.Transport) (*esapi.Response, error) {
	res, err := to.Perform(h.http.WithContext(ctx)) //nolint:bodyclose // roundTrip closes it
	if err != nil {
		return nil, err
	}
	return &esapi.Response{StatusCode: res.StatusCode, Header: res.Header, Body: res.Body}, nil
}

// recognise refuses what answers 2xx without ever having said that it is Elasticsearch, as the official client does:
// another product's "stored" promises nothing. One answer that says so is enough.
func (c *client) recognise(res *esapi.Response) error {
	if c.genuine.Load() || res.StatusCode < 200 || res.StatusCode > 299 {
		return nil
	}
	if res.Header.Get("X-Elastic-Product") != "Elasticsearch" {
		return errNoElasticsearch
	}
	c.genuine.Store(true)
	return nil
}

// readAll appends the whole answer to buf, up to the limit.
func readAll(res *esapi.Response, buf []byte, limit int) ([]byte, error) {
	length, _ := strconv.ParseInt(res.Header.Get("Content-Length"), 10, 64) // net/http has checked it; 0 = not said
	if length > int64(limit) {
		return buf, errReplyTooLarge
	}
	const least = 4 << 10
	buf = slices.Grow(buf, max(int(length)+1, least))
	for {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, cap(buf))
		}
		n, err := res.Body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > limit:
			return buf, errReplyTooLarge
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, err
		}
	}
}
