package httpserver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// running is a server with the way to stop it and its last word.
type running struct {
	*Server
	url  string
	stop context.CancelFunc
	done chan error
}

func start(t *testing.T, cfg Config, h http.Handler) *running {
	t.Helper()
	cfg.Listen = "127.0.0.1:0"
	s, err := New(cfg, h, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{Server: s, url: "http://" + s.Addr().String(), stop: cancel, done: make(chan error, 1)}
	go func() { r.done <- s.Run(ctx) }()
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return r
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	body, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, string(body)
}

func TestPortInUse(t *testing.T) {
	s, err := New(Config{Listen: "127.0.0.1:0"}, http.NotFoundHandler(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Listen: s.Addr().String()}, http.NotFoundHandler(), nil); err == nil {
		t.Error("the port is in use")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestConfig(t *testing.T) {
	err := Config{MaxConns: -1, IdleTimeout: -1}.Validate()
	for _, want := range []string{"no Listen", "MaxConns", "IdleTimeout"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not in: %v", want, err)
		}
	}
}
