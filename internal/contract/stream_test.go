package contract

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sluice/internal/httpserver"
	"sluice/internal/query"
	"sluice/schemas"
)

// clock is an area in which one driver moves whenever somebody looks.
type clock struct {
	drivers
	looks atomic.Int64
}

func (c *clock) Within(context.Context, schemas.WithinQuery) ([]schemas.Position, error) {
	at := c.at
	at.TS = time.Now().UnixMilli() + c.looks.Add(1)
	return []schemas.Position{at}, nil
}

// TestStreamOutlivesTimeouts: the server's time-outs are for answers that end. Over a real
// connection, since only there are deadlines.
func TestStreamOutlivesTimeouts(t *testing.T) {
	const timeout = 500 * time.Millisecond // a busy machine stands still for less
	s := newSetup(t)
	area := &clock{drivers: *s.drivers}
	q, err := query.New(query.Config{Live: query.LiveConfig{Poll: timeout / 4}},
		query.Deps{Drivers: area, Area: area, Keys: s.keys(t), Observer: query.Nobody{}})
	if err != nil {
		t.Fatal(err)
	}
	server, err := httpserver.New(
		httpserver.Config{Listen: "127.0.0.1:0", ReadTimeout: timeout, WriteTimeout: timeout, HeaderTimeout: timeout},
		httpserver.Observe(httpserver.Mux(q.Routes()...), httpserver.Nobody{}), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 2)
	go func() { ran <- q.Run(ctx) }()
	go func() { ran <- server.Run(ctx) }()
	url := "http://" + server.Addr().String() + "/v1/live?topics=positions&bbox=121,31,122,32"
	if events := follow(t, url, 3*timeout); events < 3 {
		t.Errorf("%d events", events)
	}
	stop()
	if err := errors.Join(<-ran, <-ran); err != nil {
		t.Error(err)
	}
}

// follow counts events until the stream is that old; an end before is an error.
func follow(t *testing.T, url string, age time.Duration) int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	res := open(t, client, url)
	defer func() {
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
	}()
	began, events := time.Now(), 0
	for lines := bufio.NewScanner(res.Body); time.Since(began) < age; {
		if !lines.Scan() {
			t.Fatalf("ended after %s: %v", time.Since(began), lines.Err())
		}
		if strings.HasPrefix(lines.Text(), "event: position") {
			events++
		}
	}
	return events
}

// open asks until the live streams are open.
func open(t *testing.T, client *http.Client, url string) *http.Response {
	t.Helper()
	for {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode == http.StatusOK {
			return res
		}
		if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusServiceUnavailable {
			t.Fatal(res.StatusCode, err)
		}
	}
}
