package httpserver

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestHeaderLimit(t *testing.T) {
	s := start(t, Config{}, http.NotFoundHandler())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Long", strings.Repeat("x", 64<<10))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Error(res.StatusCode, err)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
}

func TestSlowHeadersAreCut(t *testing.T) {
	s := start(t, Config{HeaderTimeout: 20 * time.Millisecond}, http.NotFoundHandler())
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(conn); err != nil { // it ends: else this test would hang
		t.Log(err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
}

// What waits for its turn among too many connections must not keep another listener from answering.
func TestConnectionsAtTheLimitWaitAndAreServedOnceThereIsRoom(t *testing.T) {
	s := start(t, Config{MaxConns: 2, HeaderTimeout: time.Minute}, http.NotFoundHandler())
	var idle []net.Conn
	for range 2 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		idle = append(idle, conn)
	}
	answered := make(chan int, 1)
	go func() {
		code, _ := get(t, s.url)
		answered <- code
	}()
	other := start(t, Config{}, http.NotFoundHandler())
	if code, _ := get(t, other.url); code != http.StatusNotFound {
		t.Error("another listener answers", code)
	}
	select {
	case code := <-answered:
		t.Error("a third connection was served:", code)
	default:
	}
	for _, conn := range idle {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	if code := <-answered; code != http.StatusNotFound {
		t.Error("after the others had gone:", code)
	}
	for _, server := range []*running{s, other} {
		server.stop()
		if err := <-server.done; err != nil {
			t.Error(err)
		}
	}
}
