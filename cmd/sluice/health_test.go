package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sluice/internal/httpserver"
	"sluice/internal/opshttp"
)

// opsListener answers as the process beside a health check does.
func opsListener(t *testing.T, said error) string {
	t.Helper()
	check := opshttp.Check{Name: "elastic", Ready: func(context.Context) error { return said }}
	server := httptest.NewServer(httpserver.Mux(opshttp.Routes(http.NotFoundHandler(), []opshttp.Check{check})...))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func TestHealthAsksTheProcessBesideIt(t *testing.T) {
	ready, away := opsListener(t, nil), opsListener(t, errors.New("the store is away"))
	cases := map[string]struct {
		listen string
		args   []string
		code   int
		want   string // in what is printed
	}{
		"ready":                {ready, nil, exitDone, "ready"},
		"on every address":     {"0.0.0.0" + ready[strings.LastIndex(ready, ":"):], nil, exitDone, "ready"},
		"not ready":            {away, nil, exitFailed, "503\n  elastic: the store is away"},
		"alive but not ready":  {away, []string{"--live"}, exitDone, "alive"},
		"nobody there":         {"127.0.0.1:1", nil, exitFailed, "asking http://127.0.0.1:1/readyz"},
		"a port of its choice": {"127.0.0.1:0", nil, exitUsage, "cannot be known"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := execute(t, []string{"SLUICE_OPS_LISTEN=" + c.listen}, append([]string{"health"}, c.args...)...)
			if code != c.code || !strings.Contains(stdout+stderr, c.want) {
				t.Errorf("code %d, want %d; printed %q and %q, want %q", code, c.code, stdout, stderr, c.want)
			}
		})
	}
}
