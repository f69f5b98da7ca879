package send

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Answer is what was said of one batch.
type Answer struct {
	Accepted int64 `json:"accepted"`
	Rejected int64 `json:"rejected"`
	Errors   []struct {
		Index int64  `json:"index"` // of the record in the batch, from 0
		Code  string `json:"code"`
		Field string `json:"field"`
	} `json:"errors"` // not all of them when there are many
}

// Busy is the error of a batch that may be sent again.
type Busy struct {
	Status int           // of the answer; 0 = there was none that could be read
	After  time.Duration // not before; 0 = as the sender likes
	Err    error
}

// Error is the cause.
func (b *Busy) Error() string { return b.Err.Error() }

// Unwrap is the cause.
func (b *Busy) Unwrap() error { return b.Err }

// Gateway posts batches to a gateway.
type Gateway struct {
	url    string
	key    string
	client *http.Client
}

// maxAnswerBytes bounds what is read of an answer.
const maxAnswerBytes = 4 << 20

// NewGateway posts to base/v1/pings. key is "" or <id>.<secret>; timeout is for one request with its answer.
func NewGateway(base, key string, connections int, timeout time.Duration) (*Gateway, error) {
	return NewGatewayOf("pings", base, key, connections, timeout)
}

// NewGatewayOf posts to base/v1/<stream>, else as NewGateway.
func NewGatewayOf(stream, base, key string, connections int, timeout time.Duration) (*Gateway, error) {
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("the gateway's address %q: want http://host:port", base)
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections,
		IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 10 * time.Second,
	}
	return &Gateway{url: u.JoinPath("/v1", stream).String(), key: key, client: &http.Client{Transport: transport, Timeout: timeout}}, nil
}

// Close lets go of idle connections.
func (g *Gateway) Close() { g.client.CloseIdleConnections() }

// Post sends one batch. A *Busy may be sent again: no connection, a time-out, 429, 5xx.
func (g *Gateway) Post(ctx context.Context, b *Batch) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url, bytes.NewReader(b.Body))
	if err != nil {
		return Answer{}, fmt.Errorf("making the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	if g.key != "" {
		req.Header.Set("Authorization", "Bearer "+g.key)
	}
	resp, err := g.client.Do(req)
	if err != nil {
		return Answer{}, &Busy{Err: fmt.Errorf("posting: %w", err)}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	if closing := resp.Body.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return Answer{}, &Busy{Err: fmt.Errorf("reading the answer: %w", err)}
	}
	return judge(resp, body, int64(b.Len()))
}

// judge reads an answer: 202 and the 400 that rejects every record are final, 429 and 5xx
// are not, and anything else refuses the sender.
func judge(resp *http.Response, body []byte, sent int64) (Answer, error) {
	var said struct {
		Answer
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		said.Code, said.Detail = "", http.StatusText(resp.StatusCode)
		if resp.StatusCode == http.StatusAccepted {
			return Answer{}, &Busy{Err: errors.New("the answer to a request is no JSON")}
		}
	}
	complete := said.Accepted+said.Rejected == sent
	switch {
	case resp.StatusCode == http.StatusAccepted && complete,
		resp.StatusCode == http.StatusBadRequest && said.Accepted == 0 && complete:
		return said.Answer, nil
	case resp.StatusCode == http.StatusAccepted:
		return Answer{}, fmt.Errorf("the gateway counts %d accepted and %d rejected records of %d", said.Accepted, said.Rejected, sent)
	}
	err := fmt.Errorf("the gateway answered %d %s: %s", resp.StatusCode, said.Code, said.Detail)
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusInternalServerError {
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After")) // absent or a date: as the sender likes
		return Answer{}, &Busy{Status: resp.StatusCode, After: time.Duration(seconds) * time.Second, Err: err}
	}
	return Answer{}, err
}
