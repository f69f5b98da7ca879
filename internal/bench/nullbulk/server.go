// Package nullbulk is a bulk server that keeps nothing: it counts the items of each
// request and answers a correct items array at once, so that what stands in front of it
// is all that a benchmark measures.
package nullbulk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Paths of the server's own controls; every other path that ends in _bulk is a bulk
// request, and all the rest is answered 200 {}.
const (
	StatsPath   = "/_bench/stats"   // GET: Stats as JSON
	ResetPath   = "/_bench/reset"   // POST: counts and samples from zero
	LatencyPath = "/_bench/latency" // POST ?d=250ms: how long each bulk answer waits from now on
)

// Config of a Server.
type Config struct {
	Latency  time.Duration // each bulk answer waits so long; 0 = at once
	Probe    string        // documents whose id starts so carry their time, "<probe><13 digits of ms>": measured on arrival; "" = none
	Recorder *Recorder     // keeps bodies for a loader; nil = none
}

// Server is the http.Handler.
type Server struct {
	probe    []byte
	recorder *Recorder
	slow     slowness
	bodies   sync.Pool
	answers  answers
	stats    counters
}

// New makes a server.
func New(cfg Config) *Server {
	s := &Server{probe: []byte(cfg.Probe), recorder: cfg.Recorder}
	s.slow.set(cfg.Latency)
	s.bodies.New = func() any { return new([]byte) }
	s.stats.reset()
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case len(r.URL.Path) >= 5 && r.URL.Path[len(r.URL.Path)-5:] == "_bulk":
		s.bulk(w, r)
	case r.URL.Path == StatsPath:
		reply(w, s.stats.read())
	case r.URL.Path == ResetPath:
		s.stats.reset()
		reply(w, struct{}{})
	case r.URL.Path == LatencyPath:
		s.setLatency(w, r)
	default:
		drop(w, r)
	}
}

func (s *Server) bulk(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	if r.Header.Get("Content-Encoding") != "" {
		http.Error(w, `{"error":"the null bulk server reads plain bodies only"}`, http.StatusUnsupportedMediaType)
		return
	}
	kept := s.bodies.Get().(*[]byte) // the pool holds nothing else
	defer s.bodies.Put(kept)
	body, err := readBody((*kept)[:0], r)
	*kept = body
	if err != nil {
		http.Error(w, `{"error":"body cut short"}`, http.StatusBadRequest)
		return
	}
	s.slow.wait(r.Context())
	items := bytes.Count(body, []byte{'\n'}) / 2
	answer := s.answers.of(body, items)
	w.Header().Set("Content-Length", strconv.Itoa(len(answer.head)+len(answer.items)+len(answer.tail)))
	if err := answer.writeTo(w); err != nil {
		return // the client has gone; what it did not hear it sends again
	}
	s.stats.add(arrived, items, len(body))
	s.stats.probes(body, s.probe)
	if s.recorder != nil {
		s.recorder.keep(body, items)
	}
}

func (s *Server) setLatency(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(r.URL.Query().Get("d"))
	if err != nil {
		http.Error(w, fmt.Sprintf(`{"error":%q}`, err.Error()), http.StatusBadRequest)
		return
	}
	s.slow.set(d)
	reply(w, struct{}{})
}

// readBody reads the whole body into buf, grown once to the length announced.
func readBody(buf []byte, r *http.Request) ([]byte, error) {
	if n := int(r.ContentLength); n > 0 {
		if cap(buf) < n {
			buf = make([]byte, 0, n+n/4)
		}
		_, err := io.ReadFull(r.Body, buf[:n])
		return buf[:n], err
	}
	b := bytes.NewBuffer(buf)
	_, err := b.ReadFrom(r.Body)
	return b.Bytes(), err
}

// drop answers whatever else a client asks for at its start.
func drop(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		http.Error(w, `{}`, http.StatusBadRequest)
		return
	}
	reply(w, struct{}{})
}

func reply(w http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, `{}`, http.StatusInternalServerError)
		return
	}
	if _, err := w.Write(body); err != nil {
		return // the client has gone
	}
}
