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

// stream is one endpoint of the gateway with a record that it takes, one that it does not, and the field
// that is why.
type stream struct{ path, good, bad, field string }

func gatewayStreams() []stream {
	return []stream{
		{"/v1/pings", `{"driverId":"D1","ts":1790000000123,"lat":31.2304,"lon":121.4737}`, `{"driverId":"D1","ts":1790000000123,"lat":91,"lon":121.4737}`, "lat"},
		{"/v1/orders", `{"orderId":"17","memberId":"M1","type":"completed","at":1790000000123}`, `{"orderId":"17","memberId":"M1","type":"completed","at":1790000000}`, "at"},
		{"/v1/purchases", `{"purchaseId":"P1","memberId":"M1","sku":"s","at":1790000000123}`, `{"purchaseId":"P1","memberId":"M1","sku":"s","at":0}`, "at"},
	}
}

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

func (s stream) post(name, body string, status int, has string, change func(*setup)) call {
	return call{
		name: s.path + " " + name, change: change, method: http.MethodPost, target: s.path, body: strings.NewReader(body),
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
	var calls []call
	for _, s := range gatewayStreams() {
		calls = append(calls, s.calls()...)
	}
	return calls
}

func (s stream) calls() []call {
	keys := func(s *setup) { s.withKeys = true }
	quota := func(s *setup) {
		s.withKeys, s.gateway.MaxRecords = true, 2
		s.apikeys.RecordsPerSecond, s.apikeys.BurstRecords = 0.5, 2
		s.apikeys.BytesPerSecond, s.apikeys.BurstBytes = 1, 8<<20
	}
	slow := s.post("408", "", http.StatusRequestTimeout, "timeout", nil)
	slow.body = late{}
	return []call{
		s.post("one", s.good, http.StatusAccepted, `{"accepted":1,"rejected":0,"errors":[]}`, nil),
		s.post("array, half bad", "["+s.good+","+s.bad+"]", http.StatusAccepted, `"index":1,"code":"out_of_range","field":"`+s.field+`"`, nil),
		with(s.post("lines", s.good+"\n\n"+s.good+"\r\n", http.StatusAccepted, `{"accepted":2,`, nil), "Content-Type", "application/x-ndjson"),
		with(s.post("with a key", s.good, http.StatusAccepted, `"accepted":1`, keys), "Authorization", "Bearer app."+secret),
		s.post("errors truncated", "["+s.good+","+s.bad+","+s.bad+"]", http.StatusAccepted, `"errorsTruncated":true`, func(s *setup) { s.gateway.MaxErrorsListed = 1 }),
		s.post("nothing accepted", "["+s.bad+"]", http.StatusBadRequest, "nothing_accepted", nil),
		s.post("not JSON", "}", http.StatusBadRequest, "bad_json", nil),
		s.post("half an array", "["+s.good, http.StatusBadRequest, "bad_body", nil),
		s.post("empty", " \n", http.StatusBadRequest, `"empty"`, nil),
		s.post("empty array", "[ ]", http.StatusBadRequest, `"empty"`, nil),
		with(s.post("not gzip", s.good, http.StatusBadRequest, "bad_encoding", nil), "Content-Encoding", "gzip"),
		with(s.post("bad header", s.good, http.StatusBadRequest, "bad_header", nil), "Idempotency-Key", "a b"),
		s.post("401", s.good, http.StatusUnauthorized, "unauthorized", keys),
		{name: s.path + " 405", method: http.MethodPut, target: s.path, status: http.StatusMethodNotAllowed, has: "method_not_allowed"},
		slow,
		s.post("413 body", strings.Repeat(" ", 200), http.StatusRequestEntityTooLarge, "too_large", func(s *setup) { s.gateway.MaxBodyBytes, s.gateway.MaxRecordBytes = 100, 100 }),
		s.post("413 records", "["+s.good+","+s.good+"]", http.StatusRequestEntityTooLarge, "too_large", func(s *setup) { s.gateway.MaxRecords = 1 }),
		s.post("413 of Kafka", s.good, http.StatusRequestEntityTooLarge, `"index":0`, func(s *setup) { s.publisher.err = fmt.Errorf("kafka: %w", tooLarge{}) }),
		with(s.post("415 type", s.good, http.StatusUnsupportedMediaType, "unsupported_media", nil), "Content-Type", "text/plain"),
		with(s.post("415 coding", s.good, http.StatusUnsupportedMediaType, "unsupported_coding", nil), "Content-Encoding", "br"),
		with(s.post("429", "["+s.good+","+s.good+"]", http.StatusTooManyRequests, "quota_exceeded", quota), "Authorization", "Bearer app."+secret),
		s.post("500", s.good, http.StatusInternalServerError, "internal", func(s *setup) { s.publisher.panics = true }),
		s.post("503", s.good, http.StatusServiceUnavailable, "unavailable", func(s *setup) { s.publisher.err = errors.New("no leader") }),
	}
}

// aDriver is what every answer about drivers holds.
const aDriver = `"driverId":"D1"`

// queryCalls are the same for each question: what differs is the target, and the field that a bad one names.
func queryCalls() []call {
	var calls []call
	fails := func(err error) func(*setup) { return func(s *setup) { s.drivers.err, s.members.err = err, err } }
	for _, q := range []struct {
		name, good, has, bad, field string
		notFound                    bool
	}{
		{"nearby", "/v1/drivers/nearby?lat=31.2&lon=121.4&limit=3", aDriver, "/v1/drivers/nearby?lat=91&lon=121.4", `"field":"lat"`, false},
		{"driver", "/v1/drivers/D1", aDriver, "/v1/drivers/D1?x=1", "unknown_parameter", true},
		{"track", "/v1/drivers/D1/track", aDriver, "/v1/drivers/D1/track?limit=0", `"field":"limit"`, true},
		{"live", "/v1/live?topics=positions&bbox=121,31,122,32", aDriver, "/v1/live?topics=levels&bbox=121,31,122,32", "not_offered", false},
		{"order", "/v1/orders/301885432101234567", `"orderId":"301885432101234567"`, "/v1/orders/x", `"field":"orderId"`, true},
		{"orders", "/v1/orders?memberId=M1&q=sofas&limit=3", `"truncated":true`, "/v1/orders?limit=0", `"field":"limit"`, false},
		{"member", "/v1/members/M1", `"level":"gold"`, "/v1/members/M1?at=soon", `"field":"at"`, false},
		{"counts", "/v1/members/M1/counts", `"orders":21`, "/v1/members/M1/counts?from=soon", `"field":"from"`, false},
		{"levels", "/v1/members/M1/levels", `"cause":"orders"`, "/v1/members/M1/levels?x=1", "unknown_parameter", false},
	} {
		get := func(target string, status int, has string, change func(*setup)) {
			calls = append(calls, call{name: fmt.Sprint(q.name, " ", status), change: change, method: http.MethodGet, target: target, status: status, has: has})
		}
		get(q.good, http.StatusOK, q.has, nil)
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
		name: "recovering", method: http.MethodGet, target: "/v1/members/M1", change: func(s *setup) { s.members.state.Recovering = true },
		status: http.StatusServiceUnavailable, has: `"recovering"`,
	}, call{
		name: "nobody", method: http.MethodGet, target: "/v1/members/M1", change: func(s *setup) { s.members.state = schemas.MemberState{} },
		status: http.StatusOK, has: `"source":null`,
	}, call{
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
		get("without Kafka", path, http.StatusOK, `"lag":2,"committed":null,"end":null,"oldestUnsettledMs":null,"ratePerSecond":null}]}],"relay":{"waitingBuckets":1,"oldestMs":180},"unreachable":["kafka"]}`,
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
			for method, op := range doc.Paths.Value(path).Operations() {
				if method == c.method || c.status == http.StatusMethodNotAllowed { // which is said of the methods that there are
					judge(t, op, w)
					delete(missing, fmt.Sprint(method, " ", path, " ", w.Code))
				}
			}
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
