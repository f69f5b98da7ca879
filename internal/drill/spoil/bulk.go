package spoil

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// maxBodyBytes bounds a request and its answer, unpacked.
const maxBodyBytes = 256 << 20

// write is one write of a bulk body.
type write struct {
	op, id string // every op of sluice's has a document
	lines  []byte // the action and the document
}

// bulk answers one bulk request as the script wants it.
func (s *Store) bulk(w http.ResponseWriter, r *http.Request) {
	writes, err := readBulk(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the sender has gone, or sends what Elasticsearch would not take either
	}
	ids := make([]string, len(writes))
	for i := range writes {
		ids[i] = writes[i].id
	}
	what := s.ask(ids)
	if what.Status != 0 {
		answer(w, what.Status, refusal(&what))
		return
	}
	status, answered, err := s.pass(r, writes, &what)
	switch {
	case err != nil, what.Lost:
		panic(http.ErrAbortHandler) // the connection breaks, as one to a server that is gone does
	case what.Cut:
		w.Header().Set("Content-Length", strconv.Itoa(len(answered)))
		answer(w, status, answered[:len(answered)/2])
		_ = http.NewResponseController(w).Flush() // the sender may have gone
		panic(http.ErrAbortHandler)
	}
	answer(w, status, answered)
}

func readBulk(r *http.Request) ([]write, error) {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		packed, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, fmt.Errorf("unpacking a bulk body: %w", err)
		}
		body = packed
	}
	text, err := io.ReadAll(io.LimitReader(body, maxBodyBytes))
	if err != nil {
		return nil, fmt.Errorf("reading a bulk body: %w", err)
	}
	var writes []write
	for len(text) > 0 {
		head := line(text)
		var action map[string]struct {
			ID string `json:"_id"`
		}
		if err := json.Unmarshal(head, &action); err != nil || len(action) != 1 {
			return nil, errors.Join(fmt.Errorf("reading a bulk body: write %d has no action", len(writes)), err)
		}
		end := len(head) + len(line(text[len(head):]))
		for op, a := range action {
			writes = append(writes, write{op: op, id: a.ID, lines: text[:end]})
		}
		text = text[end:]
	}
	return writes, nil
}

// line is the first line of text, with its line feed.
func line(text []byte) []byte {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return text[:i+1]
	}
	return text
}

// pass sends on what the script leaves and weaves the scripted items into the answer. What
// Elasticsearch refuses as a whole stays as it is.
func (s *Store) pass(r *http.Request, writes []write, what *Answer) (status int, answered []byte, err error) {
	var body bytes.Buffer
	for i := range writes {
		if what.Items[writes[i].id] == 0 {
			body.Write(writes[i].lines)
		}
	}
	var real []json.RawMessage
	if body.Len() > 0 {
		status, answered, err = s.post(r, &body)
		if err != nil || status != http.StatusOK {
			return status, answered, err
		}
		var reply struct {
			Items []json.RawMessage `json:"items"`
		}
		if err := json.Unmarshal(answered, &reply); err != nil {
			return 0, nil, fmt.Errorf("reading Elasticsearch's answer: %w", err)
		}
		real = reply.Items
	}
	items := make([]json.RawMessage, 0, len(writes))
	for i := range writes {
		switch status := what.Items[writes[i].id]; {
		case status != 0:
			items = append(items, refusedItem(writes[i].op, status))
		case len(real) == 0:
			return 0, nil, errors.New("reading Elasticsearch's answer: it lacks an item")
		default:
			items, real = append(items, real[0]), real[1:]
		}
	}
	if what.Lack && len(items) > 0 {
		items = items[:len(items)-1]
	}
	answered, err = json.Marshal(map[string]any{"errors": true, "items": items})
	return http.StatusOK, answered, err
}

func (s *Store) post(r *http.Request, body io.Reader) (int, []byte, error) {
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, s.target+"/_bulk?"+r.URL.RawQuery, body) //nolint:gosec // the host is the target's
	if err != nil {
		return 0, nil, fmt.Errorf("passing on: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	if key := r.Header.Get("Authorization"); key != "" {
		req.Header.Set("Authorization", key)
	}
	resp, err := s.client.Do(req) //nolint:gosec // as above
	if err != nil {
		return 0, nil, fmt.Errorf("passing on: %w", err)
	}
	defer resp.Body.Close() // read to its end
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxBodyBytes))
	if err != nil {
		return 0, nil, fmt.Errorf("passing on: %w", err)
	}
	return resp.StatusCode, text, nil
}

// answer writes what it can: the sender may have gone.
func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // it is JSON, for a program
}
