package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sluice/internal/simulate/ledger"
)

// Who lives, who is gone and who only does not answer are three.
func TestNobodyListensWhereNobodyLives(t *testing.T) {
	serve := func(answer func(w http.ResponseWriter, r *http.Request)) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(answer))
		t.Cleanup(s.Close)
		return s
	}
	alive := serve(func(w http.ResponseWriter, _ *http.Request) {
		if _, err := io.WriteString(w, "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 7.5\n"); err != nil {
			t.Error(err)
		}
	})
	gone := serve(func(http.ResponseWriter, *http.Request) {})
	gone.Close()
	frozen := serve(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	before := time.Now().UnixMilli()
	counters := newProcessCounters([]string{alive.URL, gone.URL, frozen.URL})
	t.Cleanup(counters.client.CloseIdleConnections)
	said := map[string]ledger.Life{}
	for _, l := range counters.Living(t.Context()) {
		said[l.Process.URL] = l
	}
	if len(said) != 2 {
		t.Errorf("said of %d: %v", len(said), said)
	}
	if l := said[alive.URL]; l.Gone != 0 || l.At < before || l.Process.Started != 7.5 {
		t.Errorf("of who lives: %+v", l)
	}
	if l := said[gone.URL]; l.Gone < before || l.Process.Started != 0 || len(l.Process.Counts) > 0 {
		t.Errorf("of who is gone: %+v", l)
	}
}
