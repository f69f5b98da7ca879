package sinkstest

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Scripted is an Elasticsearch over HTTP that does what it is told: it carries out bulk
// requests with versions, creates and guards as the real one does, and multi-gets, remembers what it was asked, and
// has the faults that the test gives it. Safe from many goroutines at once.
type Scripted struct {
	server *httptest.Server

	mu       sync.Mutex
	docs     map[string]map[string]Doc // index, id
	seq      int64                     // of the last write
	next     []Fault                   // of the next bulk requests, one each
	always   Fault                     // of all others
	maxBody  int                       // bytes of a body above which it is 413; 0 = none
	answers  map[string]Answer         // method and path
	requests []Recorded

	meanwhile func() // between a multi-get and its answer; nil = nothing
}

// Doc is what the server holds under an id.
type Doc struct {
	Version int64
	Seq     int64 // sequence number; its primary term is always 1
	Body    []byte
}

// Recorded is one request as it came in.
type Recorded struct {
	Method string
	Path   string // with its query
	Header http.Header
	Body   []byte
}

// Answer is what a request other than a bulk is answered.
type Answer struct {
	Status int
	Body   string
}

// maxRecorded bounds what a long test remembers.
const maxRecorded = 10_000

// NewScripted starts a server that ends with the test.
func NewScripted(t testing.TB) *Scripted {
	t.Helper()
	s := &Scripted{docs: map[string]map[string]Doc{}, answers: map[string]Answer{}}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

// URL is the server's address.
func (s *Scripted) URL() string { return s.server.URL }

// Next gives the next bulk requests one fault each.
func (s *Scripted) Next(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = append(s.next, faults...)
}

// Always gives every bulk request a fault, until it is given another; Fault{} ends it.
func (s *Scripted) Always(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.always = f
}

// LimitBody refuses bodies of more bytes with 413; 0 takes all.
func (s *Scripted) LimitBody(bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.maxBody = bytes
}

// Answer sets what a request other than a bulk is answered; it is named by method and path,
// without its query: "GET /_ilm/status". Anything else is 404.
func (s *Scripted) Answer(request string, a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[request] = a
}

// Docs is a copy of what an index holds, by id.
func (s *Scripted) Docs(index string) map[string]Doc {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := make(map[string]Doc, len(s.docs[index]))
	maps.Copy(held, s.docs[index])
	return held
}

// Requests are those seen so far, the first ten thousand of them.
func (s *Scripted) Requests() []Recorded {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Recorded(nil), s.requests...)
}

// ServeHTTP answers as Elasticsearch does.
func (s *Scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	if len(s.requests) < maxRecorded {
		s.requests = append(s.requests, Recorded{Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header.Clone(), Body: body})
	}
	answer, known := s.answers[r.Method+" "+r.URL.Path]
	s.mu.Unlock()
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case known:
		w.WriteHeader(answer.Status)
		s.write(w, answer.Body)
	case r.URL.Path == "/_bulk":
		s.bulk(w, r, body)
	case r.URL.Path == "/_mget":
		s.multiGet(w, body)
	default:
		w.WriteHeader(http.StatusNotFound)
		s.write(w, failure("index_not_found_exception", "no such thing", http.StatusNotFound))
	}
}

// write sends a body; a client that has gone misses it, as it would with the real one.
func (s *Scripted) write(w io.Writer, body string) {
	if _, err := io.WriteString(w, body); err != nil {
		return
	}
}

func failure(kind, reason string, status int) string {
	return fmt.Sprintf(`{"error":{"root_cause":[],"type":%q,"reason":%q},"status":%d}`, kind, reason, status)
}

// takeFault is the fault of the bulk request that comes now.
func (s *Scripted) takeFault(size int) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.maxBody > 0 && size > s.maxBody {
		return Fault{Status: http.StatusRequestEntityTooLarge}
	}
	if len(s.next) == 0 {
		return s.always
	}
	f := s.next[0]
	s.next = s.next[1:]
	return f
}

// wait lets the latency of a fault pass, or the client go.
func wait(r <-chan struct{}, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-r:
	case <-timer.C:
	}
}
