package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// document is one that Elasticsearch holds, as plain JSON.
type document struct {
	Index  string         `json:"_index"`
	ID     string         `json:"_id"`
	Source map[string]any `json:"_source"`
	Sort   []any          `json:"sort"`
}

// store speaks to Elasticsearch by plain HTTP: no client that the product uses as well.
type store struct {
	t    *testing.T
	base string
	http http.Client
}

func newStore(t *testing.T, base string) *store {
	return &store{t: t, base: base, http: http.Client{Timeout: 30 * time.Second}}
}

// ask sends a request and decodes the answer into out, unless out is nil. A status of 404
// is an answer like any other; every other above 299 fails the test.
func (s *store) ask(method, path string, body, out any) (status int) {
	s.t.Helper()
	var payload io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		payload = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, s.base+path, payload)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.http.Do(req)
	if err != nil {
		s.t.Fatalf("asking Elasticsearch: %v", err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatalf("asking Elasticsearch: %v", err)
	}
	if resp.StatusCode > 299 && resp.StatusCode != http.StatusNotFound {
		s.t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, text)
	}
	if out != nil && resp.StatusCode < 300 {
		if err := json.Unmarshal(text, out); err != nil {
			s.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return resp.StatusCode
}

// scan reads every document of the indices that match, after a refresh: a point in time
// and search_after, so that the count is exact.
func (s *store) scan(pattern string) []document {
	s.t.Helper()
	s.ask(http.MethodPost, "/"+pattern+"/_refresh", nil, nil)
	var pit struct {
		ID string `json:"id"`
	}
	if s.ask(http.MethodPost, "/"+pattern+"/_pit?keep_alive=2m", nil, &pit) == http.StatusNotFound {
		return nil
	}
	defer func() { s.ask(http.MethodDelete, "/_pit", map[string]string{"id": pit.ID}, nil) }()
	var all []document
	for {
		query := map[string]any{
			"size": 5000, "track_total_hits": false,
			"pit":  map[string]string{"id": pit.ID, "keep_alive": "2m"},
			"sort": []map[string]string{{"_shard_doc": "asc"}},
		}
		if len(all) > 0 {
			query["search_after"] = all[len(all)-1].Sort
		}
		var page struct {
			Hits struct {
				Hits []document `json:"hits"`
			} `json:"hits"`
		}
		s.ask(http.MethodPost, "/_search", query, &page)
		if len(page.Hits.Hits) == 0 {
			return all
		}
		all = append(all, page.Hits.Hits...)
	}
}

// remove deletes every index and template whose name begins with prefix.
func (s *store) remove(prefix string) {
	s.t.Helper()
	var indices []struct {
		Index string `json:"index"`
	}
	s.ask(http.MethodGet, "/_cat/indices/"+prefix+"*?format=json&expand_wildcards=all", nil, &indices)
	for _, i := range indices {
		s.ask(http.MethodDelete, "/"+i.Index, nil, nil)
	}
	var templates struct {
		Templates []struct {
			Name string `json:"name"`
		} `json:"index_templates"`
	}
	s.ask(http.MethodGet, "/_index_template/"+prefix+"*", nil, &templates)
	for _, template := range templates.Templates {
		s.ask(http.MethodDelete, "/_index_template/"+template.Name, nil, nil)
	}
}

// differences lists what two sets of documents do not share, at most a few of each.
func differences(want map[string][]map[string]any, got []document, key func(document) string) []string {
	var found []string
	complain := func(format string, args ...any) {
		if len(found) < 10 {
			found = append(found, fmt.Sprintf(format, args...))
		}
	}
	seen := map[string]bool{}
	for _, d := range got {
		id := key(d)
		if seen[id] {
			complain("%s is there twice", id)
		}
		seen[id] = true
		accepted, known := want[id]
		if !known {
			complain("%s should not be there", id)
		} else if !anyEqual(accepted, d.Source) {
			complain("%s holds %v, want %v", id, d.Source, accepted)
		}
	}
	missing := 0
	for id := range want {
		if !seen[id] {
			missing++
			complain("%s is missing", id)
		}
	}
	if len(found) > 0 {
		found = append(found, fmt.Sprintf("%d are there, %d wanted, %d missing", len(got), len(want), missing))
	}
	return found
}

func anyEqual(accepted []map[string]any, got map[string]any) bool {
	text := canonical(got)
	for _, a := range accepted {
		if canonical(a) == text {
			return true
		}
	}
	return false
}

// canonical is JSON with sorted keys: the form in which documents are compared.
func canonical(doc map[string]any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(doc); err != nil {
		return err.Error()
	}
	return b.String()
}
