package httpserver

import (
	"io"
	"net/http"
	"runtime/debug"
	"time"

	"sluice/internal/problem"
)

// Observer is told of every request that was answered. It must not block, and is called
// from many goroutines at once.
type Observer interface {
	// Served reports one exchange. method and route are from fixed sets (route is the
	// pattern, "other" when none matched), sizes are bytes of the bodies as they crossed
	// the wire. A stream is reported when it ends.
	Served(method, route string, status int, took time.Duration, bytesIn, bytesOut int64)
	// Panicked reports a handler that panicked; its client was told 500 if that was still possible.
	Panicked(route string, stack []byte)
}

// Nobody is an Observer that is not interested.
type Nobody struct{}

// Served does nothing.
func (Nobody) Served(string, string, int, time.Duration, int64, int64) {}

// Panicked does nothing.
func (Nobody) Panicked(string, []byte) {}

// Observe wraps a mux so that every exchange is reported to o, and sets the headers that
// every answer carries.
func Observe(next http.Handler, o Observer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := exchange{ResponseWriter: w, body: countedBody{ReadCloser: r.Body}}
		r.Body = &x.body
		w.Header().Set("X-Content-Type-Options", "nosniff")
		began := time.Now()
		defer func() { // also when what follows panics on
			o.Served(methodOf(r), routeOf(r), x.status(), time.Since(began), x.body.n, x.out)
		}()
		defer func() {
			if p := recover(); p != nil {
				x.panicked(p, o, routeOf(r))
			}
		}()
		next.ServeHTTP(&x, r)
	})
}

// exchange counts what passes through it.
type exchange struct {
	http.ResponseWriter
	code int
	out  int64
	body countedBody
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

func (x *exchange) WriteHeader(code int) {
	if x.code == 0 {
		x.code = code
	}
	x.ResponseWriter.WriteHeader(code)
}

func (x *exchange) Write(b []byte) (int, error) {
	if x.code == 0 {
		x.code = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(b)
	x.out += int64(n)
	return n, err
}

func (x *exchange) status() int {
	if x.code == 0 {
		return http.StatusOK
	}
	return x.code
}

// panicked answers 500 when nothing was written yet; else it cuts the connection, so that the
// client cannot take half an answer for a whole one.
func (x *exchange) panicked(p any, o Observer, route string) {
	if p == http.ErrAbortHandler { //nolint:errorlint // the sentinel is panicked as it is
		panic(p)
	}
	o.Panicked(route, debug.Stack())
	if x.code != 0 {
		panic(http.ErrAbortHandler)
	}
	problem.Write(x, &problem.Problem{
		Status: http.StatusInternalServerError, Code: problem.CodeInternal, Detail: "the server failed at this request",
	})
}

type countedBody struct {
	io.ReadCloser
	n int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}

// routeOf is the pattern that matched.
func routeOf(r *http.Request) string {
	if r.Pattern == "" || r.Pattern == "/" {
		return "other"
	}
	return r.Pattern
}

func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch:
		return r.Method
	}
	return "other"
}
