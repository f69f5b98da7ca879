package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"sluice/internal/apikeys"
	"sluice/internal/httpserver"
	"sluice/pipelines"
)

const goodPing = `{"driverId":"D1","ts":1790000000123,"lat":31.2304,"lon":121.4737}`

// memory is a Publisher that remembers clones of what it was given.
type memory struct {
	mu      sync.Mutex
	topic   string
	records []pipelines.Record
	calls   int
	err     error
	block   chan struct{} // not nil: Publish waits for it, or for ctx
}

func (m *memory) Publish(ctx context.Context, topic string, records []pipelines.Record) error {
	if m.block != nil {
		select {
		case <-m.block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	m.topic = topic
	if m.err != nil {
		return m.err
	}
	for _, r := range records {
		c := r
		c.Key, c.Value = bytes.Clone(r.Key), bytes.Clone(r.Value)
		c.Headers = nil
		for _, h := range r.Headers {
			c.Headers = append(c.Headers, pipelines.Header{Key: h.Key, Value: bytes.Clone(h.Value)})
		}
		m.records = append(m.records, c)
	}
	return nil
}

// tally is an Observer that counts.
type tally struct {
	mu       sync.Mutex
	accepted int
	failed   int
	rejected map[string]int
}

func (c *tally) Accepted(_ string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accepted += n
}

func (c *tally) Rejected(_, code string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rejected == nil {
		c.rejected = map[string]int{}
	}
	c.rejected[code] += n
}

func (c *tally) PublishFailed(_ string, n int, _ error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed += n
}

func openKeys(t testing.TB) *apikeys.Keys {
	t.Helper()
	keys, err := apikeys.New(apikeys.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func newGateway(t testing.TB, cfg Config, pub Publisher, obs Observer) http.Handler {
	t.Helper()
	g, err := New(cfg, Deps{Publisher: pub, Keys: openKeys(t), Observer: obs})
	if err != nil {
		t.Fatal(err)
	}
	return httpserver.Observe(httpserver.Mux(g.Routes()...), httpserver.Nobody{})
}

func post(h http.Handler, contentType, body string, headers ...string) *httptest.ResponseRecorder {
	return postTo(h, "/v1/pings", contentType, body, headers...)
}

func postTo(h http.Handler, path, contentType, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func pings(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"driverId":"D%07d","ts":%d,"lat":31.2304,"lon":121.4737,"speed":8.3,"heading":120,"status":"idle"}`+"\n", i, 1790000000000+i)
	}
	return b.String()
}

type nop struct{}

func (nop) Publish(context.Context, string, []pipelines.Record) error { return nil }

type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(code int) {
	if code != http.StatusAccepted {
		panic(code)
	}
}

func BenchmarkHandler(b *testing.B) {
	lines := pings(500)
	array := "[" + strings.TrimSuffix(strings.ReplaceAll(lines, "\n", ","), ",") + "]"
	for _, form := range []struct{ name, contentType, body string }{
		{"ndjson", "application/x-ndjson", lines},
		{"array", "application/json", array},
	} {
		b.Run(form.name, func(b *testing.B) {
			h := newGateway(b, Config{}, nop{}, Nobody{})
			body := []byte(form.body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := http.NewRequest(http.MethodPost, "/v1/pings", bytes.NewReader(body))
				if err != nil {
					b.Fatal(err)
				}
				r.Header["Content-Type"] = []string{form.contentType}
				h.ServeHTTP(&discard{h: http.Header{}}, r)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500, "ns/ping")
		})
	}
}

// BenchmarkLoopback is whole HTTP over loopback, the client's share included.
func BenchmarkLoopback(b *testing.B) {
	server := httptest.NewServer(newGateway(b, Config{}, nop{}, Nobody{}))
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	body := []byte(pings(500))
	b.SetParallelism(4)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			res, err := client.Post(server.URL+"/v1/pings", "application/x-ndjson", bytes.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			_, err = io.Copy(io.Discard, res.Body)
			if err = errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusAccepted {
				b.Error(err, res.StatusCode)
				return
			}
		}
	})
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500, "ns/ping")
}
