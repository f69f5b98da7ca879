package httpserver

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

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
