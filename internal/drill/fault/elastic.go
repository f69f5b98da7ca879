package fault

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// operator does to Elasticsearch what operators do; it goes direct.
type operator struct {
	url    string
	client *http.Client
}

const (
	operatorWaits  = 30 * time.Second
	maxAnswerBytes = 4 << 20
)

func newOperator(url string) *operator {
	return &operator{url: strings.TrimSuffix(url, "/"), client: &http.Client{Timeout: operatorWaits}}
}

// do asks, and decodes the answer into a value unless that is nil.
func (o *operator) do(ctx context.Context, method, path, body string, into any) error {
	defer o.client.CloseIdleConnections() // it asks rarely
	req, err := http.NewRequestWithContext(ctx, method, o.url+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := o.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() // read to its end
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: status %d", method, path, resp.StatusCode)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// settings are those of indices, by index and flat name.
func (o *operator) settings(ctx context.Context, indices string) (map[string]map[string]string, error) {
	var said map[string]struct {
		Settings map[string]json.RawMessage `json:"settings"`
	}
	if err := o.do(ctx, http.MethodGet, "/"+indices+"/_settings?flat_settings=true&expand_wildcards=all", "", &said); err != nil {
		return nil, err
	}
	all := map[string]map[string]string{}
	for index, s := range said {
		all[index] = map[string]string{}
		for name, value := range s.Settings {
			all[index][name] = strings.Trim(string(value), `"`)
		}
	}
	return all, nil
}
