package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"sluice/internal/httpserver"
	"sluice/pipelines"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func header(r pipelines.Record, name string) string { return string(r.Header(name)) }

func TestRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kafka, seen := &memory{}, &tally{}
		h := newGateway(t, Config{TopicPrefix: "t-"}, kafka, seen)
		const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
		own := `{"driverId":"D2","ts":1790000000124,"lat":1,"lon":2,"eventId":"mine"}`
		w := post(h, "application/x-ndjson", "\n  "+goodPing+" \r\n"+own+"\n{\"lat\":1}\n", "Traceparent", trace, "Idempotency-Key", "k7")
		if w.Code != http.StatusAccepted {
			t.Fatal(w.Code, w.Body)
		}
		if kafka.topic != "t-driver.pings" || len(kafka.records) != 2 {
			t.Fatalf("%d records on %s", len(kafka.records), kafka.topic)
		}
		for i, want := range []struct{ key, value, eventID string }{{"D1", goodPing, "k7-0"}, {"D2", own, "mine"}} {
			r := kafka.records[i]
			if string(r.Key) != want.key || string(r.Value) != want.value || header(r, "event-id") != want.eventID {
				t.Errorf("%d: %s %s %s", i, r.Key, r.Value, header(r, "event-id"))
			}
			now := strconv.FormatInt(time.Now().UnixMilli(), 10)
			if header(r, "received-at") != now || header(r, "traceparent") != trace || r.Header("client-id") != nil {
				t.Errorf("%d: headers %v", i, r.Headers)
			}
		}
		if seen.accepted != 2 || seen.rejected["missing"] != 1 {
			t.Errorf("observed %d accepted, %v rejected", seen.accepted, seen.rejected)
		}
	})
}

func TestInvalidTraceparentIsLeftOut(t *testing.T) {
	for _, tp := range []string{
		"", "x", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x", "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
	} {
		kafka := &memory{}
		post(newGateway(t, Config{}, kafka, Nobody{}), "application/json", goodPing, "Traceparent", tp)
		if len(kafka.records) != 1 || kafka.records[0].Header("traceparent") != nil {
			t.Errorf("%q: %v", tp, kafka.records)
		}
	}
}

func TestEventIDs(t *testing.T) {
	ping := func(id string) string { return strings.TrimSuffix(goodPing, "}") + `,"eventId":` + id + "}" }
	for _, c := range []struct {
		id, want string
		code     string // rejected with it
	}{
		{`"a"`, "a", ""},
		{`null`, "", ""},
		{`""`, "", ""},
		{`"\u00e9\n"`, "é\n", ""},
		{`7`, "", "wrong_type"},
		{`{"a":1}`, "", "wrong_type"},
		{`"` + strings.Repeat("x", 129) + `"`, "", "too_long"},
	} {
		kafka, seen := &memory{}, &tally{}
		post(newGateway(t, Config{}, kafka, seen), "application/json", ping(c.id))
		switch {
		case c.code != "":
			if seen.rejected[c.code] != 1 {
				t.Errorf("%s: %v", c.id, seen.rejected)
			}
		case len(kafka.records) != 1 || header(kafka.records[0], "event-id") != c.want:
			t.Errorf("%s: %v", c.id, kafka.records)
		}
	}
}

func TestErrorsNeverCarryTheBody(t *testing.T) {
	secret := "Sup3rSecret<script>"
	for _, body := range []string{
		`{"driverId":"` + secret + `","ts":1,"lat":1,"lon":1}`,
		`{"` + secret + `":1,"` + secret + `":2}`,
		`{"driverId":1,"x":"` + secret, `["` + secret + `"`, secret, `[` + secret + `]`,
	} {
		w := post(newGateway(t, Config{}, &memory{}, Nobody{}), "application/json", body)
		if w.Code != http.StatusBadRequest || strings.Contains(w.Body.String(), "Sup3r") || strings.Contains(w.Body.String(), "<") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

func TestKafkaAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kafka, seen := &memory{block: make(chan struct{})}, &tally{}
		began := time.Now()
		w := post(newGateway(t, Config{}, kafka, seen), "application/json", goodPing)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" || seen.failed != 1 || seen.accepted != 0 {
			t.Error(w.Code, w.Header(), seen)
		}
	})
}

// TestMemoryIsNotReusedAfterAnError: a publisher that gave up may still hold the records.
func TestMemoryIsNotReusedAfterAnError(t *testing.T) {
	var kept []pipelines.Record
	fail := true
	kafka := publishFunc(func(records []pipelines.Record) error {
		if fail {
			kept = records
			return errors.New("gave up")
		}
		return nil
	})
	h := newGateway(t, Config{}, kafka, Nobody{})
	post(h, "application/json", goodPing)
	fail = false
	for i := range 50 {
		other := strings.ReplaceAll(goodPing, "D1", fmt.Sprintf("X%d", i))
		if w := post(h, "application/json", other, "Idempotency-Key", "k"); w.Code != http.StatusAccepted {
			t.Fatal(w.Code)
		}
	}
	if r := kept[0]; string(r.Key) != "D1" || string(r.Value) != goodPing || header(r, "event-id") != "" {
		t.Errorf("changed under the publisher: %s %s", r.Key, r.Value)
	}
}

type publishFunc func(records []pipelines.Record) error

func (f publishFunc) Publish(_ context.Context, _ string, records []pipelines.Record) error {
	return f(records)
}

func TestConcurrentRequestsDoNotMix(t *testing.T) {
	kafka := publishFunc(func(records []pipelines.Record) error {
		for _, r := range records {
			if !bytes.Contains(r.Value, r.Key) || !bytes.HasPrefix(r.Header("event-id"), r.Key) {
				return fmt.Errorf("%s holds %s", r.Key, r.Value)
			}
		}
		return nil
	})
	h := newGateway(t, Config{}, kafka, Nobody{})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			id := fmt.Sprintf("DRIVER-%d", i)
			body := strings.Repeat(strings.ReplaceAll(goodPing, "D1", id)+"\n", 50+i)
			for range 20 {
				if w := post(h, "application/x-ndjson", body, "Idempotency-Key", id); w.Code != http.StatusAccepted {
					t.Error(w.Code, w.Body)
				}
			}
		})
	}
	all.Wait()
}

func TestInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kafka := &memory{block: make(chan struct{})}
		h := newGateway(t, Config{MaxInFlight: 1}, kafka, Nobody{})
		first := make(chan *httptest.ResponseRecorder)
		go func() { first <- post(h, "application/json", goodPing) }()
		synctest.Wait()
		if w := post(h, "application/json", goodPing); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Error("second:", w.Code)
		}
		close(kafka.block)
		if w := <-first; w.Code != http.StatusAccepted {
			t.Error("first:", w.Code)
		}
		if w := post(h, "application/json", goodPing); w.Code != http.StatusAccepted {
			t.Error("third:", w.Code)
		}
	})
}

// A client is told what stands in the way as soon as somebody knows it.
func TestWhatStandsInTheWayIsSaid(t *testing.T) {
	var why string
	g, err := New(Config{}, Deps{
		Publisher: &memory{err: errors.New("refused")}, Keys: openKeys(t), Observer: Nobody{}, Obstacle: func() string { return why },
	})
	if err != nil {
		t.Fatal(err)
	}
	h := httpserver.Mux(g.Routes()...)
	for _, c := range []struct{ why, want string }{
		{"", "Kafka has not acknowledged the records; sending them again is harmless"},
		{"the disk is full: make room", "the disk is full: make room; nothing is acknowledged until then, sending it again is harmless"},
	} {
		why = c.why
		w := post(h, "application/json", goodPing)
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"code":"unavailable"`) || !strings.Contains(w.Body.String(), `"detail":"`+c.want+`"`) {
			t.Errorf("%d %s, want %q", w.Code, w.Body, c.want)
		}
	}
}
