// Package opshttp is what an operator asks one process: is it alive, is it ready, its
// metrics, its profiles. It belongs on a listener of its own that no client can reach.
package opshttp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/pprof"
	"time"

	"sluice/internal/httpserver"
)

// Check is one condition of being ready.
type Check struct {
	Name string
	// Ready says why not; nil = ready. It returns soon after ctx ends, and is called from many goroutines at once.
	Ready func(ctx context.Context) error
}

// checkTimeout bounds all checks of one answer together.
const checkTimeout = 2 * time.Second

// Routes are the pages: /healthz is 200 while the process answers at all; /readyz is 200 when every check passes,
// else 503, and lists them by name in JSON; /metrics; /debug/pprof.
func Routes(metrics http.Handler, checks []Check) []httpserver.Route {
	get := func(path string, h http.Handler) httpserver.Route {
		return httpserver.Route{Method: http.MethodGet, Path: path, Handler: h}
	}
	return []httpserver.Route{
		get("/healthz", http.HandlerFunc(healthy)),
		get("/readyz", ready(checks)),
		get("/metrics", metrics),
		get("/debug/pprof/", http.HandlerFunc(pprof.Index)),
		get("/debug/pprof/cmdline", http.HandlerFunc(cmdline)),
		get("/debug/pprof/profile", http.HandlerFunc(pprof.Profile)),
		get("/debug/pprof/symbol", http.HandlerFunc(pprof.Symbol)),
		get("/debug/pprof/trace", http.HandlerFunc(pprof.Trace)),
	}
}

func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // an error is a client that has gone
}

// cmdline names the program only: a command line may carry what is not for every operator's browser.
func cmdline(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("sluice")) // an error is a client that has gone
}

// readiness is the answer of /readyz.
type readiness struct {
	Ready  bool        `json:"ready"`
	Checks []checkSaid `json:"checks"`
}

type checkSaid struct {
	Name  string `json:"name"`
	Ready bool   `json:"ready"`
	Error string `json:"error,omitempty"`
}

func ready(checks []Check) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
		defer cancel()
		all := readiness{Ready: true, Checks: make([]checkSaid, len(checks))}
		said := make([]error, len(checks))
		done := make(chan struct{}, len(checks))
		for i := range checks {
			go func() {
				said[i] = checks[i].Ready(ctx)
				done <- struct{}{}
			}()
		}
		for range checks {
			<-done
		}
		for i, err := range said {
			all.Checks[i] = checkSaid{Name: checks[i].Name, Ready: err == nil}
			if err != nil {
				all.Ready = false
				all.Checks[i].Error = err.Error()
			}
		}
		answer(w, all)
	})
}

func answer(w http.ResponseWriter, all readiness) {
	body, err := json.Marshal(all)
	if err != nil {
		panic("encoding readiness: " + err.Error()) // plain text and booleans always encode
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !all.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, _ = w.Write(body) // an error is a client that has gone
}
