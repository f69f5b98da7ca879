package contract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"

	"sluice/schemas"
)

const (
	goodPing = `{"driverId":"D1","ts":1790000000123,"lat":31.2304,"lon":121.4737}`
	badPing  = `{"driverId":"D1","ts":1790000000123,"lat":91,"lon":121.4737}`
)

// call is one request and the status that it must get.
type call struct {
	name   string
	change func(*setup)
	method string
	target string
	header http.Header
	body   io.Reader
	status int
	has    string // the answer holds this text
}

func pings(name, body string, status int, has string, change func(*setup)) call {
	return call{
		name: name, change: change, method: http.MethodPost, target: "/v1/pings", body: strings.NewReader(body),
		header: http.Header{"Content-Type": {"application/json"}}, status: status, has: has,
	}
}

func with(c call, header, value string) call {
	c.header = c.header.Clone()
	c.header.Set(header, value)
	return c
}

// tooLarge is a publisher's way to name a record.
type tooLarge struct{}

func (tooLarge) Error() string    { return "publishing: a record is too large" }
func (tooLarge) RecordIndex() int { return 0 }

// late is a body that does not arrive in time.
type late struct{}

func (late) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

func gatewayCalls() []call {
	keys := func(s *setup) { s.withKeys = true }
	quota := func(s *setup) {
		s.withKeys, s.gateway.MaxRecords = true, 2
		s.apikeys.RecordsPerSecond, s.apikeys.BurstRecords = 0.5, 2
		s.apikeys.BytesPerSecond, s.apikeys.BurstBytes = 1, 8<<20
	}
	slow := pings("408", "", http.StatusRequestTimeout, "timeout", nil)
	slow.body = late{}
	return []call{
		pings("one", goodPing, http.StatusAccepted, `{"accepted":1,"rejected":0,"errors":[]}`, nil),
		pings("array, half bad", "["+goodPing+","+badPing+"]", http.StatusAccepted, `"index":1,"code":"out_of_range","field":"lat"`, nil),
		with(pings("lines", goodPing+"\n\n"+goodPing+"\r\n", http.StatusAccepted, `{"accepted":2,`, nil), "Content-Type", "application/x-ndjson"),
		with(pings("with a key", goodPing, http.StatusAccepted, `"accepted":1`, keys), "Authorization", "Bearer app."+secret),
		pings("errors truncated", "["+goodPing+","+badPing+","+badPing+"]", http.StatusAccepted, `"errorsTruncated":true`, func(s *setup) { s.gateway.MaxErrorsListed = 1 }),
		pings("nothing accepted", "["+badPing+"]", http.StatusBadRequest, "nothing_accepted", nil),
		pings("not JSON", "}", http.StatusBadRequest, "bad_json", nil),
		pings("half an array", "["+goodPing, http.StatusBadRequest, "bad_body", nil),
		pings("empty", " \n", http.StatusBadRequest, `"empty"`, nil),
		pings("empty array", "[ ]", http.StatusBadRequest, `"empty"`, nil),
		with(pings("not gzip", goodPing, http.StatusBadRequest, "bad_encoding", nil), "Content-Encoding", "gzip"),
		with(pings("bad header", goodPing, http.StatusBadRequest, "bad_header", nil), "Idempotency-Key", "a b"),
		pings("401", goodPing, http.StatusUnauthorized, "unauthorized", keys),
		{name: "405", method: http.MethodGet, target: "/v1/pings", status: http.StatusMethodNotAllowed, has: "method_not_allowed"},
		slow,
		pings("413 body", strings.Repeat(" ", 200), http.StatusRequestEntityTooLarge, "too_large", func(s *setup) { s.gateway.MaxBodyBytes, s.gateway.MaxRecordBytes = 100, 100 }),
		pings("413 records", "["+goodPing+","+goodPing+"]", http.StatusRequestEntityTooLarge, "too_large", func(s *setup) { s.gateway.MaxRecords = 1 }),
		pings("413 of Kafka", goodPing, http.StatusRequestEntityTooLarge, `"index":0`, func(s *setup) { s.publisher.err = fmt.Errorf("kafka: %w", tooLarge{}) }),
		with(pings("415 type", goodPing, http.StatusUnsupportedMediaType, "unsupported_media", nil), "Content-Type", "text/plain"),
		with(pings("415 coding", goodPing, http.StatusUnsupportedMediaType, "unsupported_coding", nil), "Content-Encoding", "br"),
		with(pings("429", "["+goodPing+","+goodPing+"]", http.StatusTooManyRequests, "quota_exceeded", quota), "Authorization", "Bearer app."+secret),
		pings("500", goodPing, http.StatusInternalServerError, "internal", func(s *setup) { s.publisher.panics = true }),
		pings("503", goodPing, http.StatusServiceUnavailable, "unavailable", func(s *setup) { s.publisher.err = errors.New("no leader") }),
	}
}

// queryCalls are the same for each question: what differs is the target, and the field that a bad one names.
func queryCalls() []call {
	var calls []call
	fails := func(err error) func(*setup) { return func(s *setup) { s.drivers.err = err } }
	for _, q := range []struct {
		name, good, bad, field string
		notFound               bool
	}{
		{"nearby", "/v1/drivers/nearby?lat=31.2&lon=121.4&limit=3", "/v1/drivers/nearby?lat=91&lon=121.4", `"field":"lat"`, false},
		{"driver", "/v1/drivers/D1", "/v1/drivers/D1?x=1", "unknown_parameter", true},
		{"track", "/v1/drivers/D1/track", "/v1/drivers/D1/track?limit=0", `"field":"limit"`, true},
		{"live", "/v1/live?topics=positions&bbox=121,31,122,32", "/v1/live?topics=levels&bbox=121,31,122,32", "not_offered", false},
	} {
		get := func(target string, status int, has string, change func(*setup)) {
			calls = append(calls, call{name: fmt.Sprint(q.name, " ", status), change: change, method: http.MethodGet, target: target, status: status, has: has})
		}
		get(q.good, http.StatusOK, `"driverId":"D1"`, nil)
		get(q.bad, http.StatusBadRequest, q.field, nil)
		get(q.good, http.StatusUnauthorized, "unauthorized", func(s *setup) { s.withKeys = true })
		if q.notFound {
			get(q.good, http.StatusNotFound, "not_found", fails(fmt.Errorf("asking: %w", schemas.ErrNotFound)))
		}
		get(q.good, http.StatusInternalServerError, "internal", fails(errors.New("strange")))
		get(q.good, http.StatusServiceUnavailable, `"unavailable"`, fails(fmt.Errorf("asking: %w", schemas.ErrUnavailable)))
		get(q.good, http.StatusGatewayTimeout, "timeout", fails(context.DeadlineExceeded))
		calls = append(calls, call{name: q.name + " 405", method: http.MethodDelete, target: q.good, status: http.StatusMethodNotAllowed, has: "method_not_allowed"})
	}
	calls = append(calls, call{
		name: "bad cursor", method: http.MethodGet, target: "/v1/drivers/D1/track?cursor=x", change: fails(schemas.ErrBadCursor),
		status: http.StatusBadRequest, has: "bad_cursor",
	})
	return calls
}

func progressCalls() []call {
	get := func(name, target string, status int, has string, change func(*setup)) call {
		return call{name: "pipelines " + name, change: change, method: http.MethodGet, target: target, status: status, has: has}
	}
	const path = "/v1/pipelines"
	return []call{
		get("200", path, http.StatusOK, `"state":"retrying","lag":3,`, nil),
		get("without a process", path, http.StatusOK, `{"partition":1,"state":"unknown","lag":1,"committed":null,`, func(s *setup) { s.local = nil }),
		get("without Kafka", path, http.StatusOK, `"lag":2,"committed":null,"end":null,"oldestUnsettledMs":null,"ratePerSecond":null}]}],"unreachable":["kafka"]}`,
			func(s *setup) { s.kafka.err = errors.New("no leader") }),
		get("without a peer", path, http.StatusOK, `"unreachable":["http://127.0.0.1:1/v1/pipelines (127.0.0.1)"]`,
			func(s *setup) { s.progress.Peers = []string{"http://127.0.0.1:1"} }),
		get("400", path+"?pipeline=gps-live", http.StatusBadRequest, "unknown_parameter", nil),
		get("401", path, http.StatusUnauthorized, "unauthorized", func(s *setup) { s.withKeys = true }),
		get("500", path, http.StatusInternalServerError, "internal", func(s *setup) { s.kafka.panics = true }),
		{name: "pipelines 405", method: http.MethodDelete, target: path, status: http.StatusMethodNotAllowed, has: "method_not_allowed"},
	}
}

// TestAnswers provokes every documented status of every operation.
func TestAnswers(t *testing.T) {
	doc := load(t)
	missing := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for status := range op.Responses.Map() {
				missing[method+" "+path+" "+status] = true
			}
		}
	}
	for _, c := range slices.Concat(gatewayCalls(), queryCalls(), progressCalls()) {
		t.Run(c.name, func(t *testing.T) {
			w, path := c.send(t)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.has) {
				t.Fatalf("%d %s, not %d with %q", w.Code, w.Body, c.status, c.has)
			}
			method := c.method
			if c.status == http.StatusMethodNotAllowed { // the document has it under the method that there is
				for method = range doc.Paths.Value(path).Operations() {
					break
				}
			}
			judge(t, doc.Paths.Value(path).GetOperation(method), w)
			delete(missing, fmt.Sprint(method, " ", path, " ", w.Code))
		})
	}
	var left []string
	for m := range missing {
		left = append(left, m)
	}
	sort.Strings(left)
	if len(left) > 0 {
		t.Errorf("documented and not provoked:\n%s", strings.Join(left, "\n"))
	}
}

// send makes one world and one call in it.
func (c call) send(t *testing.T) (*httptest.ResponseRecorder, string) {
	t.Helper()
	world := newWorld(t, c.change)
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- world.query.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	}()
	return world.exchange(t, c)
}
