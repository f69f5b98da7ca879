package opshttp

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"sluice/internal/httpserver"
)

func ask(checks []Check, path string) *httptest.ResponseRecorder {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	w := httptest.NewRecorder()
	httpserver.Mux(Routes(metrics, checks)...).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func says(name string, err error) Check {
	return Check{Name: name, Ready: func(context.Context) error { return err }}
}

func TestPages(t *testing.T) {
	for path, want := range map[string]int{
		"/healthz": http.StatusOK, "/readyz": http.StatusOK, "/metrics": http.StatusTeapot,
		"/debug/pprof/": http.StatusOK, "/debug/pprof/heap": http.StatusOK, "/debug/pprof/cmdline": http.StatusOK, "/x": http.StatusNotFound,
	} {
		if w := ask(nil, path); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestReadiness(t *testing.T) {
	w := ask([]Check{says("kafka", nil), says("elastic", errors.New("away"))}, "/readyz")
	want := `{"ready":false,"checks":[{"name":"kafka","ready":true},{"name":"elastic","ready":false,"error":"away"}]}`
	if w.Code != http.StatusServiceUnavailable || w.Body.String() != want {
		t.Error(w.Code, w.Body)
	}
	if w := ask([]Check{says("kafka", nil)}, "/readyz"); w.Code != http.StatusOK {
		t.Error(w.Code, w.Body)
	}
}

func TestSlowCheckIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := ask([]Check{{Name: "slow", Ready: func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}}}, "/readyz")
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "deadline") {
			t.Error(w.Code, w.Body)
		}
	})
}
