package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
)

// spoiler stands before the real Elasticsearch and passes everything on, except that a
// script may spoil bulk requests: so the verdicts are tested by what is in a real store in the end.
type spoiler struct {
	t      *testing.T
	server *httptest.Server
	target string

	mu     sync.Mutex
	script func(ids []string) spoil
	seen   [][]string // the ids of every bulk request since the last script
}

// spoil is what becomes of one bulk request. The zero value leaves it alone.
type spoil struct {
	status int            // of the whole request, which is not passed on; 0 = 200
	items  map[string]int // id -> status of that item, which is not passed on
	cut    bool           // passed on, but the connection breaks in the middle of the answer
	lack   bool           // passed on, but the answer lacks its last item
}

func newSpoiler(t *testing.T, target string) *spoiler {
	t.Helper()
	base, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	s := &spoiler{t: t, target: target}
	s.play(nil)
	through := httputil.NewSingleHostReverseProxy(base)
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/_bulk" {
			through.ServeHTTP(w, r)
			return
		}
		s.bulk(w, r)
	}))
	t.Cleanup(s.server.Close)
	return s
}

// play changes the script; nil passes everything on.
func (s *spoiler) play(script func(ids []string) spoil) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if script == nil {
		script = func([]string) spoil { return spoil{} }
	}
	s.script, s.seen = script, nil
}

// requests are the ids of every bulk request since the script began.
func (s *spoiler) requests() [][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *spoiler) bulk(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the binary has gone
	}
	lines := bytes.SplitAfter(body, []byte("\n"))
	ids := make([]string, len(lines)/2)
	for i := range ids {
		var action map[string]struct {
			ID string `json:"_id"`
		}
		if err := json.Unmarshal(lines[2*i], &action); err != nil {
			s.t.Errorf("line %d of a bulk body: %v", 2*i, err)
		}
		for _, a := range action {
			ids[i] = a.ID
		}
	}
	s.mu.Lock()
	s.seen = append(s.seen, ids)
	what := s.script(ids)
	s.mu.Unlock()
	if what.status != 0 {
		answer(w, what.status, []byte(`{"error":{"type":"scripted","reason":"scripted"}}`))
		return
	}
	answered := s.pass(r, lines, ids, what)
	switch {
	case what.cut:
		w.Header().Set("Content-Length", "1000000")
		answer(w, http.StatusOK, answered[:len(answered)/2])
	default:
		answer(w, http.StatusOK, answered)
	}
}

// pass sends on what the script leaves and weaves the scripted items into the answer.
func (s *spoiler) pass(r *http.Request, lines [][]byte, ids []string, what spoil) []byte {
	var body bytes.Buffer
	for i, id := range ids {
		if what.items[id] == 0 {
			body.Write(lines[2*i])
			body.Write(lines[2*i+1])
		}
	}
	var real struct {
		Items []json.RawMessage `json:"items"`
	}
	if body.Len() > 0 {
		resp, err := http.Post(s.target+"/_bulk?"+r.URL.RawQuery, "application/x-ndjson", &body)
		if err != nil {
			s.t.Errorf("passing on: %v", err)
			return nil
		}
		defer resp.Body.Close()
		if err := json.NewDecoder(resp.Body).Decode(&real); err != nil {
			s.t.Errorf("passing on: %v", err)
			return nil
		}
	}
	items := make([]json.RawMessage, 0, len(ids))
	for _, id := range ids {
		if status := what.items[id]; status != 0 {
			items = append(items, scripted(status))
			continue
		}
		items = append(items, real.Items[0])
		real.Items = real.Items[1:]
	}
	if what.lack {
		items = items[:len(items)-1]
	}
	text, err := json.Marshal(map[string]any{"errors": true, "items": items})
	if err != nil {
		s.t.Errorf("answering: %v", err)
	}
	return text
}

// scripted is an item that failed, with the error that Elasticsearch gives for that status.
func scripted(status int) json.RawMessage {
	kind := map[int]string{
		http.StatusTooManyRequests: "es_rejected_execution_exception", http.StatusBadRequest: "document_parsing_exception",
		http.StatusServiceUnavailable: "unavailable_shards_exception",
	}[status]
	text, err := json.Marshal(map[string]any{"create": map[string]any{
		"status": status, "error": map[string]string{"type": kind, "reason": "scripted"},
	}})
	if err != nil {
		panic(err) // numbers and texts always encode
	}
	return text
}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return // the binary has gone
	}
}
