package httpserver

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"testing"
	"time"
)

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
