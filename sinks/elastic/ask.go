package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"sluice/schemas"
)

// refusal is an answer other than 2xx.
type refusal struct {
	status int
	kind   string // the error's type, "" when it has none
}

// Error is the status and the error's type; never its reason, which quotes documents.
func (r *refusal) Error() string {
	return fmt.Sprintf("Elasticsearch answered %d %s", r.status, r.kind)
}

// Unwrap makes a refusal that time or an operator may heal count as an outage. A 400 is
// our own mistake and does not.
func (r *refusal) Unwrap() error {
	if r.status == http.StatusBadRequest {
		return nil
	}
	return schemas.ErrUnavailable
}

// ask sends a request that is not on the hot path and decodes its answer into reply, when that is not nil.
// query is nil, raw JSON or something to marshal.
func (c *client) ask(ctx context.Context, method, pathAndQuery string, query, reply any) error {
	body, err := marshalQuery(query)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, pathAndQuery, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("making request: %w", err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	} else {
		req.Body, req.ContentLength = nil, 0
	}
	var raw []byte
	status, err := c.roundTrip(ctx, req, &raw)
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", schemas.ErrUnavailable, err)
	case status < 200 || status > 299:
		kind, _ := decodeRefusal(raw)
		return &refusal{status: status, kind: strings.TrimSuffix(orStatus(kind, status), "_exception")}
	}
	if reply == nil {
		return nil
	}
	if json.Unmarshal(raw, reply) != nil {
		return fmt.Errorf("%w: the answer is not readable", schemas.ErrUnavailable)
	}
	return nil
}

func marshalQuery(query any) ([]byte, error) {
	switch q := query.(type) {
	case nil:
		return nil, nil
	case []byte:
		return q, nil
	}
	body, err := json.Marshal(query)
	if err != nil {
		return nil, fmt.Errorf("building request: %w", err)
	}
	return body, nil
}

// exists asks whether there is something under a path.
func (c *client) exists(ctx context.Context, path string) (bool, error) {
	err := c.ask(ctx, http.MethodHead, path, nil, nil)
	var refused *refusal
	if errors.As(err, &refused) && refused.status == http.StatusNotFound {
		return false, nil
	}
	return err == nil, err
}
