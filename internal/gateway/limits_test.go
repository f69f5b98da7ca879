package gateway

import (
	"bytes"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"sluice/internal/httpserver"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstded(t *testing.T, text string, options ...zstd.EOption) string {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, options...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write([]byte(text))
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCompressed(t *testing.T) {
	lines := pings(2000)
	for coding, body := range map[string]string{"gzip": gzipped(t, lines), "zstd": zstded(t, lines), "identity": lines, "GZIP": gzipped(t, lines)} {
		h := newGateway(t, Config{}, &memory{}, Nobody{})
		for range 2 { // the second time with a decoder used before
			w := post(h, "application/x-ndjson", body, "Content-Encoding", coding)
			if w.Code != http.StatusAccepted || !strings.Contains(w.Body.String(), `"accepted":2000`) {
				t.Errorf("%s: %d %s", coding, w.Code, w.Body)
			}
		}
	}
}

func TestBombs(t *testing.T) {
	zeros := strings.Repeat("\x00", 64<<20)
	for coding, body := range map[string]string{"gzip": gzipped(t, zeros), "zstd": zstded(t, zeros)} {
		h := newGateway(t, Config{}, nop{}, Nobody{})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		w := post(h, "application/json", body, "Content-Encoding", coding)
		runtime.ReadMemStats(&after)
		if w.Code != http.StatusRequestEntityTooLarge || w.Header().Get("Connection") != "close" {
			t.Errorf("%s: %d", coding, w.Code)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
			t.Errorf("%s: took %d MiB", coding, took>>20)
		}
	}
}

func TestZstdWindow(t *testing.T) {
	body := zstded(t, goodPing+strings.Repeat(" ", 1<<20), zstd.WithWindowSize(64<<20), zstd.WithSingleSegment(false))
	w := post(newGateway(t, Config{}, nop{}, Nobody{}), "application/json", body, "Content-Encoding", "zstd")
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Error(w.Code, w.Body)
	}
}

func TestCutCompression(t *testing.T) {
	for coding, body := range map[string]string{"gzip": gzipped(t, goodPing), "zstd": zstded(t, goodPing)} {
		kafka := &memory{}
		w := post(newGateway(t, Config{}, kafka, Nobody{}), "application/json", body[:len(body)-3], "Content-Encoding", coding)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "bad_encoding") || kafka.calls != 0 {
			t.Errorf("%s: %d %s", coding, w.Code, w.Body)
		}
	}
}

func TestBodyAtTheLimit(t *testing.T) {
	cfg := Config{MaxBodyBytes: 1000, MaxRecordBytes: 1000}
	for size, want := range map[int]int{1000: http.StatusAccepted, 1001: http.StatusRequestEntityTooLarge} {
		body := goodPing + strings.Repeat(" ", size-len(goodPing))
		if w := post(newGateway(t, cfg, nop{}, Nobody{}), "application/json", body); w.Code != want {
			t.Errorf("%d bytes: %d", size, w.Code)
		}
		if w := post(newGateway(t, cfg, nop{}, Nobody{}), "application/json", gzipped(t, body), "Content-Encoding", "gzip"); w.Code != want {
			t.Errorf("%d bytes, compressed: %d", size, w.Code)
		}
	}
}

func TestRecordAtTheLimit(t *testing.T) {
	seen := &tally{}
	h := newGateway(t, Config{MaxRecordBytes: len(goodPing)}, nop{}, seen)
	longer := strings.Replace(goodPing, "D1", "D12", 1)
	post(h, "application/x-ndjson", goodPing+"\n"+longer)
	if seen.accepted != 1 || seen.rejected["too_large"] != 1 {
		t.Errorf("%d accepted, %v rejected", seen.accepted, seen.rejected)
	}
}

// TestBytesInFlight: one request is being published, and another finds no memory left.
func TestBytesInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := Config{MaxBodyBytes: 100 << 10}
		cfg.MaxInFlightBytes = memoryPerBodyByte*bodyCapacity(cfg.MaxBodyBytes) + zstdBytes
		kafka := &memory{block: make(chan struct{})}
		g, err := New(cfg, Deps{Publisher: kafka, Keys: openKeys(t), Observer: Nobody{}})
		if err != nil {
			t.Fatal(err)
		}
		h := httpserver.Mux(g.Routes()...)
		zipped := zstded(t, goodPing)
		done := make(chan int)
		go func() { done <- post(h, "application/json", zipped, "Content-Encoding", "zstd").Code }()
		synctest.Wait()
		if w := post(h, "application/json", zipped, "Content-Encoding", "zstd"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "overloaded") {
			t.Error(w.Code, w.Body)
		}
		close(kafka.block)
		if code := <-done; code != http.StatusAccepted {
			t.Error(code)
		}
		if n, bytes := g.flights.requests.Load(), g.flights.bytes.Load(); n != 0 || bytes != 0 {
			t.Errorf("%d requests and %d bytes are still counted", n, bytes)
		}
	})
}

func TestConfig(t *testing.T) {
	err := Config{
		MaxBodyBytes: 100, MaxRecordBytes: 200, MaxDepth: 65, MaxInFlightBytes: 1, PublishTimeout: -1,
	}.Validate()
	for _, want := range []string{"MaxRecordBytes", "MaxDepth", "MaxInFlightBytes", "PublishTimeout"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not in: %v", want, err)
		}
	}
	if err := (Config{}).Validate(); err != nil {
		t.Error("the defaults:", err)
	}
	if _, err := New(Config{}, Deps{}); err == nil {
		t.Error("accepted without a publisher")
	}
}
