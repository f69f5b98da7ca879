package sinkstest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// action is the first line of a write.
type action struct {
	Index   string `json:"_index"`
	ID      string `json:"_id"`
	Version int64  `json:"version"`
	Type    string `json:"version_type"`
	Seq     *int64 `json:"if_seq_no"`
	Term    *int64 `json:"if_primary_term"`
}

var errBadBulk = errors.New("not a bulk request")

func readBody(r *http.Request) ([]byte, error) {
	in := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		zr, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("unpacking body: %w", err)
		}
		in = zr
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("reading body: %w", err)
	}
	return body, nil
}

// bulk carries out a bulk request with the fault that is its turn.
func (s *Scripted) bulk(w http.ResponseWriter, r *http.Request, body []byte) {
	f := s.takeFault(len(body))
	if f.Arrived != nil {
		f.Arrived()
	}
	wait(r.Context().Done(), f.Latency)
	switch {
	case f.Drop:
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		w.WriteHeader(f.Status)
		if f.Type != "" {
			s.write(w, failure(f.Type, f.Reason, f.Status))
		}
		return
	}
	items, failed, err := s.apply(body, f)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		s.write(w, failure("illegal_argument_exception", err.Error(), http.StatusBadRequest))
		return
	}
	for ; f.Items > 0; f.Items-- {
		items = append(items, items[len(items)-1])
	}
	items = items[:len(items)+f.Items]
	answer := fmt.Sprintf(`{"errors":%t,"took":1,"items":[%s]}`, failed, strings.Join(items, ","))
	switch {
	case f.Unheard:
		panic(http.ErrAbortHandler)
	case f.Cut:
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		s.write(w, answer[:len(answer)/2])
		return
	}
	s.write(w, answer)
}

// apply carries out the writes and returns an item for each, as the filter leaves them.
func (s *Scripted) apply(body []byte, f Fault) (items []string, failed bool, err error) {
	lines := bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n"))
	if len(lines)%2 != 0 || !bytes.HasSuffix(body, []byte("\n")) {
		return nil, false, errBadBulk
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 0; i < len(lines); i += 2 {
		var line map[string]action
		if err := json.Unmarshal(lines[i], &line); err != nil || len(line) != 1 {
			return nil, false, errBadBulk
		}
		for op, a := range line {
			status, kind, reason := s.one(op, a, lines[i+1], f, i/2)
			if kind == "" {
				items = append(items, fmt.Sprintf(`{%q:{"status":%d}}`, op, status))
				continue
			}
			failed = true
			items = append(items, fmt.Sprintf(`{%q:{"status":%d,"error":{"type":%q,"reason":%q}}}`, op, status, kind, reason))
		}
	}
	return items, failed, nil
}

// one carries out one write, the n-th of its request.
func (s *Scripted) one(op string, a action, doc []byte, f Fault, n int) (status int, kind, reason string) {
	if f.ItemStatus != 0 && n%max(f.ItemEvery, 1) == 0 {
		return f.ItemStatus, f.Type, f.Reason
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(doc, &fields) != nil {
		return http.StatusBadRequest, "document_parsing_exception", "failed to parse"
	}
	if _, bad := fields["poison"]; bad {
		return http.StatusBadRequest, "strict_dynamic_mapping_exception", "[1:2] mapping set to strict, dynamic introduction of [poison] is not allowed"
	}
	index := s.docs[a.Index]
	if index == nil {
		index = map[string]Doc{}
		s.docs[a.Index] = index
	}
	held, there := index[a.ID]
	conflict := there && (op == "create" || a.Type == "external" && held.Version >= a.Version) ||
		a.Seq != nil && (!there || *a.Seq != held.Seq || a.Term == nil || *a.Term != 1)
	switch {
	case conflict:
		return http.StatusConflict, "version_conflict_engine_exception", "[" + a.ID + "]: version conflict"
	case a.Type != "external":
		a.Version = held.Version + 1
	}
	s.seq++
	index[a.ID] = Doc{Version: a.Version, Seq: s.seq, Body: bytes.Clone(doc)}
	if there {
		return http.StatusOK, "", ""
	}
	return http.StatusCreated, "", ""
}
