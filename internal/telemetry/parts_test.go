package telemetry_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"sluice/internal/telemetry"
)

// watched is a registry and the lines of what is built on it.
func watched() (*prometheus.Registry, *zap.Logger, *observer.ObservedLogs) {
	core, logs := observer.New(zapcore.DebugLevel)
	return prometheus.NewPedanticRegistry(), zap.New(core), logs
}

func compare(t *testing.T, reg *prometheus.Registry, want string, names ...string) {
	t.Helper()
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), names...); err != nil {
		t.Error(err)
	}
}

func TestHTTPCountsByRouteAndStatus(t *testing.T) {
	reg, log, logs := watched()
	h, err := telemetry.NewHTTP(reg, log)
	if err != nil {
		t.Fatal(err)
	}
	h.Served("POST", "/v1/pings", 202, 3*time.Millisecond, 100, 20)
	h.Served("POST", "/v1/pings", 202, 3*time.Millisecond, 100, 20)
	h.Served("POST", "/v1/pings", 503, time.Second, 100, 30)
	for range 5 {
		h.Panicked("/v1/pings", []byte("stack"))
	}
	compare(t, reg, `
# HELP sluice_http_requests_total Requests answered.
# TYPE sluice_http_requests_total counter
sluice_http_requests_total{method="POST",route="/v1/pings",status="202"} 2
sluice_http_requests_total{method="POST",route="/v1/pings",status="503"} 1
# HELP sluice_http_request_bytes_total Bytes of request bodies on the wire.
# TYPE sluice_http_request_bytes_total counter
sluice_http_request_bytes_total{route="/v1/pings"} 300
# HELP sluice_http_panics_total Handlers that panicked.
# TYPE sluice_http_panics_total counter
sluice_http_panics_total 5
`, "sluice_http_requests_total", "sluice_http_request_bytes_total", "sluice_http_panics_total")
	if logs.Len() != 1 {
		t.Errorf("%d lines of five panics at once, want 1", logs.Len())
	}
}

func TestGatewayCountsEveryRecord(t *testing.T) {
	reg, log, logs := watched()
	g, err := telemetry.NewGateway(reg, log)
	if err != nil {
		t.Fatal(err)
	}
	g.Accepted("driver.pings", 498)
	g.Rejected("driver.pings", "out_of_range", 2)
	g.PublishFailed("driver.pings", 500, errors.New("kafka is unavailable"))
	g.PublishFailed("driver.pings", 500, errors.New("kafka is unavailable"))
	compare(t, reg, `
# HELP sluice_gateway_accepted_total Records that Kafka has acknowledged.
# TYPE sluice_gateway_accepted_total counter
sluice_gateway_accepted_total{topic="driver.pings"} 498
# HELP sluice_gateway_rejected_total Records refused, by code.
# TYPE sluice_gateway_rejected_total counter
sluice_gateway_rejected_total{code="out_of_range",topic="driver.pings"} 2
# HELP sluice_gateway_unacknowledged_total Records that Kafka did not acknowledge: their client was told so.
# TYPE sluice_gateway_unacknowledged_total counter
sluice_gateway_unacknowledged_total{topic="driver.pings"} 1000
`, "sluice_gateway_accepted_total", "sluice_gateway_rejected_total", "sluice_gateway_unacknowledged_total")
	if logs.Len() != 1 {
		t.Errorf("%d lines, want 1", logs.Len())
	}
}

func TestQueryStoreAndGroupReport(t *testing.T) {
	reg, log, logs := watched()
	q, err := telemetry.NewQuery(reg, log)
	if err != nil {
		t.Fatal(err)
	}
	q.QueryFailed("/v1/drivers/nearby", errors.New("store unavailable"))
	q.LiveSubscribers(3)
	q.LiveDropped()
	s, err := telemetry.NewStore("gps-live", nil, reg, log)
	if err != nil {
		t.Fatal(err)
	}
	s.Requested(200, 0, time.Millisecond)
	s.Requested(429, 7, time.Millisecond)
	s.Requested(0, 0, time.Second)
	s.Limited(4)
	s.Searchable(1200 * time.Millisecond)
	s.Searchable(-time.Second)
	s.Unseen(errors.New("no search saw it"))
	g, err := telemetry.NewGroup("gps-live", reg, log)
	if err != nil {
		t.Fatal(err)
	}
	g.GroupFailed(errors.New("broken pipe"))
	g.GroupGap(part(3), 100, 150, "retention")
	g.GroupGap(part(3), 0, 150, "made_anew")
	g.GroupSkipped(part(3), 7, 19, "corrupt", errors.New("CRC"))
	compare(t, reg, `
# HELP sluice_inflight_limit Bulk requests that may be under way at once, as adapted.
# TYPE sluice_inflight_limit gauge
sluice_inflight_limit{pipeline="gps-live"} 4
# HELP sluice_live_subscribers Live streams that are open.
# TYPE sluice_live_subscribers gauge
sluice_live_subscribers 3
# HELP sluice_source_lost_records_total Offsets that were gone before they were read, or that the log has lost.
# TYPE sluice_source_lost_records_total counter
sluice_source_lost_records_total{pipeline="gps-live"} 50
# HELP sluice_source_skipped_records_total Offsets that are there and cannot be read, passed over.
# TYPE sluice_source_skipped_records_total counter
sluice_source_skipped_records_total{pipeline="gps-live",reason="corrupt"} 12
# HELP sluice_store_busy_items_total Items that the store answered with 429.
# TYPE sluice_store_busy_items_total counter
sluice_store_busy_items_total{pipeline="gps-live"} 7
# HELP sluice_store_requests_total Bulk requests by HTTP status, 0 when there was no answer.
# TYPE sluice_store_requests_total counter
sluice_store_requests_total{pipeline="gps-live",status="0"} 1
sluice_store_requests_total{pipeline="gps-live",status="200"} 1
sluice_store_requests_total{pipeline="gps-live",status="429"} 1
`, "sluice_inflight_limit", "sluice_live_subscribers", "sluice_source_lost_records_total", "sluice_source_skipped_records_total", "sluice_store_busy_items_total", "sluice_store_requests_total")
	if n := logs.FilterLevelExact(zapcore.ErrorLevel).Len(); n != 3 {
		t.Errorf("%d error lines, want one per gap", n)
	}
	if logs.Len() != 6 {
		t.Errorf("%d lines, want 6: %v", logs.Len(), logs.All())
	}
}

func TestRegistryServesTheProcess(t *testing.T) {
	reg, err := telemetry.NewRegistry(telemetry.Build{Version: "v1", Revision: "abc", Go: "go1"})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	telemetry.Handler(reg).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`sluice_build_info{go="go1",revision="abc",version="v1"} 1`, "go_goroutines", "process_resident_memory_bytes"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %s in the answer", want)
		}
	}
	var scraped float64
	for line := range strings.Lines(string(body)) {
		if text, ok := strings.CutPrefix(line, "process_start_time_seconds "); ok {
			scraped, err = strconv.ParseFloat(strings.TrimSpace(text), 64)
		}
	}
	if got := telemetry.Started(reg); got != scraped || err != nil {
		t.Errorf("it began at %v, a scrape says %v, %v", got, scraped, err)
	}
	if got := telemetry.Started(prometheus.NewRegistry()); got != 0 {
		t.Errorf("nobody knows, and it says %v", got)
	}
}
