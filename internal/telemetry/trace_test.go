package telemetry_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"sluice/internal/apikeys"
	"sluice/internal/gateway"
	"sluice/internal/httpserver"
	"sluice/internal/telemetry"
	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
	"sluice/schemas"
)

// traced is a tracer that runs, with what it counts and says.
type traced struct {
	*telemetry.Tracer
	reg  *prometheus.Registry
	logs *observer.ObservedLogs
	stop func()
}

func trace(t *testing.T, cfg telemetry.TraceConfig) *traced {
	t.Helper()
	core, logs := observer.New(zapcore.DebugLevel)
	reg := prometheus.NewPedanticRegistry()
	tracer, err := telemetry.NewTracer(cfg, telemetry.Build{Version: "v1"}, reg, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := tracer.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	stop := func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return &traced{Tracer: tracer, reg: reg, logs: logs, stop: stop}
}

// topic is a publisher that keeps what it is given.
type topic struct{ records []pipelines.Record }

func (p *topic) Publish(_ context.Context, _ string, records []pipelines.Record) error {
	for i := range records {
		rec := pipelines.Record{Key: []byte(string(records[i].Key)), Value: []byte(string(records[i].Value))}
		for _, h := range records[i].Headers {
			rec.Headers = append(rec.Headers, pipelines.Header{Key: h.Key, Value: []byte(string(h.Value))})
		}
		p.records = append(p.records, rec)
	}
	return nil
}

const (
	clientTrace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	clientSpan   = "00f067aa0ba902b7"
	clientParent = "00-" + clientTrace + "-" + clientSpan + "-01"
)

// One client's span is the parent of the request's, which is the parent of what publishes it
// and, through the header of its record in the topic, of the sink's.
func TestARecordIsFollowedFromItsClientToTheStore(t *testing.T) {
	to := newCollector(t)
	tracer := trace(t, telemetry.TraceConfig{Endpoint: to.url, Headers: "x-team=night"})
	var published topic
	keys, err := apikeys.New(apikeys.Config{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(gateway.Config{}, gateway.Deps{Publisher: tracer.Publisher(&published), Keys: keys, Observer: gateway.Nobody{}})
	if err != nil {
		t.Fatal(err)
	}
	handler := tracer.HTTP(httpserver.Observe(httpserver.Mux(g.Routes()...), httpserver.Nobody{}))
	request := httptest.NewRequest(http.MethodPost, "/v1/pings", strings.NewReader(`{"driverId":"d","ts":1790000000123,"lat":31,"lon":121}`))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Traceparent", clientParent)
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	if answer.Code != http.StatusAccepted || len(published.records) != 1 {
		t.Fatalf("%d %s, %d records", answer.Code, answer.Body, len(published.records))
	}
	watched := tracer.Pipeline("gps-live", pipelinestest.NewObserver())
	start := time.UnixMilli(1790000001000)
	watched.Wrote(part(3), pipelines.Attempt{
		Start: start, Took: 70 * time.Millisecond, Writes: 1, Bytes: 99, Retries: 1, Err: errors.New("connection refused"), Records: published.records,
	})
	tracer.stop()

	server, publish, sink := to.one("POST /v1/pings"), to.one("publish driver.pings"), to.one("gps-live sink")
	if id(server.GetTraceId()) != clientTrace || id(server.GetParentSpanId()) != clientSpan {
		t.Errorf("the request's span is %v", server)
	}
	for _, child := range []struct{ trace, parent []byte }{
		{publish.GetTraceId(), publish.GetParentSpanId()}, {sink.GetTraceId(), sink.GetParentSpanId()},
	} {
		if id(child.trace) != clientTrace || id(child.parent) != id(server.GetSpanId()) {
			t.Errorf("a child of %s in %s, want one of %s", id(child.parent), id(child.trace), id(server.GetSpanId()))
		}
	}
	if sink.GetStartTimeUnixNano() != uint64(start.UnixNano()) || sink.GetEndTimeUnixNano() != uint64(start.Add(70*time.Millisecond).UnixNano()) {
		t.Errorf("the sink's span is from %d to %d", sink.GetStartTimeUnixNano(), sink.GetEndTimeUnixNano())
	}
	for name, want := range map[string]any{
		"sluice.pipeline": "gps-live", "messaging.destination.partition.id": int64(3), "sluice.writes": int64(1), "sluice.bytes": int64(99), "sluice.retries": int64(1),
	} {
		if got := attribute(sink, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if sink.GetStatus().GetMessage() != "connection refused" || attribute(server, "http.response.status_code") != int64(202) {
		t.Errorf("the sink ended with %v, the request with %v", sink.GetStatus(), server.GetAttributes())
	}
	if to.headers.Get("X-Team") != "night" || to.service != "sluice" {
		t.Errorf("headers %v, service %q", to.headers, to.service)
	}
}

// Of a batch with many traces some are followed, and looking costs no more for a larger batch.
func TestABatchFollowsAFewOfItsTraces(t *testing.T) {
	to := newCollector(t)
	tracer := trace(t, telemetry.TraceConfig{Endpoint: to.url})
	watched := tracer.Pipeline("gps-live", pipelinestest.NewObserver())
	var records []pipelines.Record
	for i := range 5000 {
		parent := strings.Replace(clientParent, "00f067aa", "00f06"+string("0123456789abcdef"[i*16/5000])+"aa", 1)
		records = append(records, pipelines.Record{Headers: []pipelines.Header{{Key: schemas.HeaderTraceparent, Value: []byte(parent)}}})
	}
	watched.Wrote(part(0), pipelines.Attempt{Start: time.Now(), Records: records})
	unsampled := pipelines.Record{Headers: []pipelines.Header{{Key: schemas.HeaderTraceparent, Value: []byte(clientParent[:54] + "0")}}}
	watched.Wrote(part(0), pipelines.Attempt{Start: time.Now(), Records: []pipelines.Record{unsampled, {}}})
	tracer.stop()
	if n := len(to.named("gps-live sink")); n != 8 {
		t.Errorf("%d spans, want 8", n)
	}
}

// reads answers, or fails.
type reads struct{ err error }

func (r reads) Nearby(context.Context, schemas.NearbyQuery) ([]schemas.Near, error) {
	return nil, r.err
}

func (r reads) Driver(context.Context, string) (schemas.Position, error) {
	return schemas.Position{DriverID: "d"}, r.err
}

func (r reads) Track(context.Context, schemas.TrackQuery) (schemas.Track, error) {
	return schemas.Track{}, r.err
}

func TestQuestionsAndStoreRequestsAreSpans(t *testing.T) {
	to := newCollector(t)
	tracer := trace(t, telemetry.TraceConfig{Endpoint: to.url, Sample: 1})
	drivers := tracer.Drivers(reads{err: schemas.ErrUnavailable})
	handler := tracer.HTTP(httpserver.Mux(httpserver.Route{Method: http.MethodGet, Path: "/v1/drivers/{id}", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := drivers.Driver(r.Context(), r.PathValue("id")); !errors.Is(err, schemas.ErrUnavailable) {
			t.Error(err)
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})}))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v1/drivers/D-secret", nil))
	store, err := telemetry.NewStore("gps-live", tracer.Tracer, tracer.reg, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	store.Requested(429, 7, time.Second)
	tracer.stop()

	server, asked, sent := to.one("GET /v1/drivers/{id}"), to.one("store driver"), to.one("gps-live store request")
	if id(asked.GetParentSpanId()) != id(server.GetSpanId()) || asked.GetStatus().GetMessage() == "" || server.GetStatus().GetMessage() == "" {
		t.Errorf("the question is %v, of %v", asked, server)
	}
	if strings.Contains(server.String()+asked.String(), "D-secret") {
		t.Error("a driver's id is in a span")
	}
	if attribute(sent, "http.response.status_code") != int64(429) || sent.GetEndTimeUnixNano()-sent.GetStartTimeUnixNano() != uint64(time.Second) {
		t.Errorf("the store's request is %v", sent)
	}
}

// A trace that its client does not sample is not sampled here, nor by anything below.
func TestAClientsDecisionHolds(t *testing.T) {
	to := newCollector(t)
	tracer := trace(t, telemetry.TraceConfig{Endpoint: to.url, Sample: 1})
	var published topic
	publisher := tracer.Publisher(&published)
	seen := ""
	handler := tracer.HTTP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = r.Header.Get("Traceparent")
		if err := publisher.Publish(r.Context(), "driver.pings", nil); err != nil {
			t.Error(err)
		}
	}))
	request := httptest.NewRequest(http.MethodPost, "/v1/pings", nil)
	request.Header.Set("Traceparent", clientParent[:54]+"0")
	handler.ServeHTTP(httptest.NewRecorder(), request)
	tracer.stop()
	if to.asked != 0 || seen != clientParent[:54]+"0" {
		t.Errorf("%d exports; the header became %s", to.asked, seen)
	}
}

// A collector that refuses, or is slow, costs spans, one line and no time of the path.
func TestExportsThatFailDisturbNobody(t *testing.T) {
	to := newCollector(t)
	to.status = http.StatusInternalServerError
	tracer := trace(t, telemetry.TraceConfig{Endpoint: to.url, Sample: 1, Batch: 2, Queue: 2, Every: time.Hour})
	to.mu.Lock() // holds the exporter
	publisher := tracer.Publisher(&topic{})
	for range 100 {
		if err := publisher.Publish(t.Context(), "driver.pings", nil); err != nil {
			t.Error(err)
		}
	}
	to.mu.Unlock()
	tracer.stop()
	dropped, failed := spans(t, tracer, "dropped"), spans(t, tracer, "failed")
	if dropped < 90 || failed == 0 || dropped+failed != 100 || tracer.logs.Len() != 1 {
		t.Errorf("%v dropped, %v failed, %d lines: %v", dropped, failed, tracer.logs.Len(), tracer.logs.All())
	}
}

func spans(t *testing.T, tracer *traced, result string) float64 {
	t.Helper()
	families, err := tracer.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == "sluice_trace_spans_total" && metric.GetLabel()[0].GetValue() == result {
				return metric.GetCounter().GetValue()
			}
		}
	}
	return -1
}

// Switched off, everything is what it was: nothing wraps it.
func TestATracerThatIsOffIsNotThere(t *testing.T) {
	off, err := telemetry.NewTracer(telemetry.TraceConfig{Sample: 1}, telemetry.Build{}, prometheus.NewRegistry(), zap.NewNop())
	if err != nil || off != nil {
		t.Fatalf("%v, %v", off, err)
	}
	obs, publisher := pipelinestest.NewObserver(), &topic{}
	if off.Pipeline("p", obs) != pipelines.Observer(obs) || off.Publisher(publisher) != telemetry.Publisher(publisher) || off.Drivers(reads{}) != telemetry.Drivers(reads{}) {
		t.Error("something is wrapped")
	}
	mux := http.NewServeMux()
	if off.HTTP(mux) != http.Handler(mux) {
		t.Error("the handler is wrapped")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := off.Run(ctx); err != nil {
		t.Error(err)
	}
}

func TestTraceConfig(t *testing.T) {
	for want, cfg := range map[string]telemetry.TraceConfig{
		"endpoint": {Endpoint: "collector:4318"}, "name=value": {Headers: "hunter2"}, "sample": {Sample: 1.5},
		"negative": {Timeout: -1}, "more than queue": {Queue: 5, Batch: 6},
	} {
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
	if err := (telemetry.TraceConfig{Endpoint: "https://c:4318/v1/traces", Headers: "a=b, c=d=e", Sample: 0.5}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreTopFunction("internal/poll.runtime_pollWait"),
		goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"))
}
