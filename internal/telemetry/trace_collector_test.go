package telemetry_test

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collect "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector takes spans over OTLP/HTTP, as a real one does.
type collector struct {
	t   *testing.T
	url string

	mu      sync.Mutex
	status  int // answered; 0 = 200
	asked   int
	headers http.Header
	spans   []*otlp.Span
	service string
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{t: t}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL + "/v1/traces"
	return c
}

// ServeHTTP keeps the spans of one export.
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	c.headers = r.Header
	if c.status != 0 {
		w.WriteHeader(c.status)
		return
	}
	zipped, err := gzip.NewReader(r.Body)
	if err != nil {
		c.t.Error(err)
		return
	}
	body, err := io.ReadAll(zipped)
	if err != nil {
		c.t.Error(err)
	}
	var sent collect.ExportTraceServiceRequest
	if err := proto.Unmarshal(body, &sent); err != nil {
		c.t.Error(err)
	}
	for _, resource := range sent.GetResourceSpans() {
		c.service = resource.GetResource().GetAttributes()[0].GetValue().GetStringValue()
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// named are the spans of that name.
func (c *collector) named(name string) []*otlp.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []*otlp.Span
	for _, span := range c.spans {
		if span.GetName() == name {
			found = append(found, span)
		}
	}
	return found
}

// one is the only span of that name.
func (c *collector) one(name string) *otlp.Span {
	c.t.Helper()
	found := c.named(name)
	if len(found) != 1 {
		c.t.Fatalf("%d spans are called %q, want one of %v", len(found), name, c.spans)
	}
	return found[0]
}

// attribute is a span's value of that name as text, or as a number.
func attribute(span *otlp.Span, name string) any {
	for _, a := range span.GetAttributes() {
		if a.GetKey() != name {
			continue
		}
		if text := a.GetValue().GetStringValue(); text != "" {
			return text
		}
		return a.GetValue().GetIntValue()
	}
	return nil
}

func id(b []byte) string { return hex.EncodeToString(b) }
