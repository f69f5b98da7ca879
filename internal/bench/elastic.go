package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// elastic asks a real Elasticsearch what the bench needs to know, on its own ways: a
// probe that went through the product would measure nothing.
type elastic struct {
	url  string
	http *http.Client
}

func newElastic(url string, client *http.Client) *elastic {
	return &elastic{url: strings.TrimSuffix(url, "/"), http: client}
}

// ask sends body, when there is one, and decodes the answer; 404 leaves into as it is.
func (e *elastic) ask(ctx context.Context, method, path string, body, into any) error {
	var payload bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&payload).Encode(body); err != nil {
			return fmt.Errorf("asking Elasticsearch: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, e.url+path, &payload)
	if err != nil {
		return fmt.Errorf("asking Elasticsearch: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := e.http.Do(req)
	if err != nil {
		return fmt.Errorf("asking Elasticsearch: %w", err)
	}
	defer resp.Body.Close() // read as far as anyone wants it
	if resp.StatusCode == http.StatusNotFound {
		return nil
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("asking Elasticsearch: %s %s answered %d", method, path, resp.StatusCode)
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("asking Elasticsearch: %w", err)
	}
	return nil
}

// version is that of the first node.
func (e *elastic) version(ctx context.Context) (string, error) {
	var answer struct {
		Nodes map[string]struct {
			Version string `json:"version"`
		} `json:"nodes"`
	}
	if err := e.ask(ctx, http.MethodGet, "/_nodes?filter_path=nodes.*.version", nil, &answer); err != nil {
		return "", err
	}
	for _, node := range answer.Nodes {
		return node.Version, nil
	}
	return "unknown", nil
}

// forget removes the indices and templates whose names begin with prefix.
func (e *elastic) forget(ctx context.Context, prefix string) error {
	var indices map[string]any
	errs := []error{e.ask(ctx, http.MethodGet, "/"+prefix+"*/_settings?filter_path=*.settings.index.uuid", nil, &indices)}
	for name := range indices {
		errs = append(errs, e.ask(ctx, http.MethodDelete, "/"+name, nil, nil))
	}
	for _, kind := range []string{"_index_template", "_component_template"} {
		names, err := e.templates(ctx, kind, prefix)
		errs = append(errs, err)
		for _, name := range names {
			errs = append(errs, e.ask(ctx, http.MethodDelete, "/"+kind+"/"+name, nil, nil))
		}
	}
	return errors.Join(errs...)
}

func (e *elastic) templates(ctx context.Context, kind, prefix string) ([]string, error) {
	var answer map[string][]struct {
		Name string `json:"name"`
	}
	err := e.ask(ctx, http.MethodGet, "/"+kind+"/"+prefix+"*?filter_path=*.name", nil, &answer)
	var names []string
	for _, list := range answer {
		for _, t := range list {
			names = append(names, t.Name)
		}
	}
	return names, err
}

// searchable returns which of the drivers a search finds.
func (e *elastic) searchable(ctx context.Context, prefix string, drivers []string) ([]string, error) {
	var answer struct {
		Hits struct {
			Hits []struct {
				Source struct {
					DriverID string `json:"driverId"`
				} `json:"_source"`
			} `json:"hits"`
		} `json:"hits"`
	}
	query := map[string]any{
		"size": min(len(drivers), 1000), "_source": []string{"driverId"}, "track_total_hits": false,
		"query": map[string]any{"terms": map[string]any{"driverId": drivers}},
	}
	err := e.ask(ctx, http.MethodPost, "/"+prefix+"*/_search?ignore_unavailable=true", query, &answer)
	found := make([]string, 0, len(answer.Hits.Hits))
	for _, hit := range answer.Hits.Hits {
		found = append(found, hit.Source.DriverID)
	}
	return found, err
}

// docAt is where a document lies.
type docAt struct {
	Index string `json:"_index"`
	ID    string `json:"_id"`
}

// stored returns for each document whether a realtime get finds it.
func (e *elastic) stored(ctx context.Context, docs []docAt) ([]bool, error) {
	var answer struct {
		Docs []struct {
			Found bool `json:"found"`
		} `json:"docs"`
	}
	found := make([]bool, len(docs))
	if err := e.ask(ctx, http.MethodPost, "/_mget?_source=false", map[string]any{"docs": docs}, &answer); err != nil {
		return found, err
	}
	for i, doc := range answer.Docs {
		found[i] = doc.Found
	}
	return found, nil
}
