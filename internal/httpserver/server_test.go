package httpserver

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

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

func TestStopLetsRequestsFinish(t *testing.T) {
	began, finish := make(chan struct{}), make(chan struct{})
	s := start(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-finish
		w.WriteHeader(http.StatusTeapot)
	}))
	answered := make(chan int)
	go func() {
		code, _ := get(t, s.url)
		answered <- code
	}()
	<-began
	if err := s.Ready(t.Context()); err != nil {
		t.Error("before the stop:", err)
	}
	s.stop()
	for s.Ready(t.Context()) == nil {
		runtime.Gosched() // the flag gives no signal
	}
	close(finish)
	if code := <-answered; code != http.StatusTeapot {
		t.Error("the request in flight got", code)
	}
	if err := <-s.done; err != nil {
		t.Error(err)
	}
}

func TestStopCutsWhatDoesNotFinish(t *testing.T) {
	began := make(chan struct{})
	s := start(t, Config{DrainTimeout: 20 * time.Millisecond}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
	}))
	answered := make(chan struct{})
	go func() {
		get(t, s.url)
		close(answered)
	}()
	<-began
	s.stop()
	if err := <-s.done; !errors.Is(err, context.DeadlineExceeded) {
		t.Error("a cut request must be an error:", err)
	}
	<-answered
}

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

// ledger is an Observer that remembers.
type ledger struct {
	mu       sync.Mutex
	method   string
	route    string
	status   int
	in, out  int64
	panicked string
}

func (l *ledger) Served(method, route string, status int, _ time.Duration, in, out int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.method, l.route, l.status, l.in, l.out = method, route, status, in, out
}

func (l *ledger) Panicked(route string, _ []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.panicked = route
}

func TestObserve(t *testing.T) {
	handle := func(f http.HandlerFunc) []Route {
		return []Route{{Method: http.MethodPost, Path: "/a/{id}", Handler: f}, {Method: http.MethodGet, Path: "/a/b", Handler: f}}
	}
	echo := func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(w, r.Body)
		if err != nil {
			t.Error(err)
		}
	}
	for _, c := range []struct {
		name, method, path, body string
		handler                  http.HandlerFunc
		want                     *ledger
	}{
		{"counted", "POST", "/a/7", "hello", echo, &ledger{method: "POST", route: "/a/{id}", status: 200, in: 5, out: 5}},
		{"implicit 200", "GET", "/a/b", "", func(http.ResponseWriter, *http.Request) {}, &ledger{method: "GET", route: "/a/b", status: 200}},
		{"head", "HEAD", "/a/b", "", func(http.ResponseWriter, *http.Request) {}, &ledger{method: "HEAD", route: "/a/b", status: 200}},
		{"no such path", "GET", "/x/y", "", echo, &ledger{method: "GET", route: "other", status: 404}},
		{"other method", "BREW", "/a/b", "", echo, &ledger{method: "other", route: "/a/b", status: 405}},
		{"panic", "POST", "/a/7", "", func(http.ResponseWriter, *http.Request) { panic("x") }, &ledger{method: "POST", route: "/a/{id}", status: 500, panicked: "/a/{id}"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := &ledger{}
			w := httptest.NewRecorder()
			Observe(Mux(handle(c.handler)...), got).ServeHTTP(w, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
			if c.want.status >= 400 {
				got.out = 0
				if !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
					t.Error(w.Header())
				}
			}
			if got.method != c.want.method || got.route != c.want.route || got.status != c.want.status ||
				got.in != c.want.in || got.out != c.want.out || got.panicked != c.want.panicked {
				t.Errorf("%+v, not %+v", got, c.want)
			}
			if w.Code == http.StatusMethodNotAllowed && w.Header().Get("Allow") != "GET, HEAD" {
				t.Error(w.Header())
			}
		})
	}
}

func TestPanicInTheMiddleCutsTheConnection(t *testing.T) {
	got := &ledger{}
	s := start(t, Config{}, Observe(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, err := w.Write([]byte("half")); err != nil {
			t.Error(err)
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		panic("on demand")
	}), got))
	if code, text := get(t, s.url); code != 0 {
		t.Errorf("a whole answer: %d %s", code, text)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
	got.mu.Lock()
	defer got.mu.Unlock()
	if got.panicked == "" || got.status != http.StatusOK {
		t.Error("not observed")
	}
}

// Under a client that keeps its connection a server stops without an error that the client sees:
// the connection ends with an answer, and new ones are taken as long as the grace lasts.
func TestAStopEndsKeptConnectionsWithAnAnswer(t *testing.T) {
	s := start(t, Config{StopGrace: time.Minute}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	}))
	closes := func() bool {
		t.Helper()
		res, err := http.Get(s.url)
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusTeapot {
			t.Errorf("%d, %v", res.StatusCode, err)
		}
		return res.Close
	}
	if closes() {
		t.Error("a connection ends before the stop")
	}
	s.stop()
	for s.Ready(t.Context()) == nil {
		runtime.Gosched() // the flag gives no signal
	}
	for range 3 { // the one that was kept, and new ones
		if !closes() {
			t.Error("a connection is kept after the stop")
		}
	}
	if err := s.http.Close(); err != nil { // rather than wait for the grace
		t.Error(err)
	}
	if err := <-s.done; !errors.Is(err, http.ErrServerClosed) {
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
