package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"

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
func (c *client) ask(ctx context.Context, request esapi.Request, reply any) error {
	var raw []byte
	status, err := c.roundTrip(ctx, request, &raw)
	switch {
	case err != nil && (ctx.Err() != nil || unsendable(err)):
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

// unsendable tells a request whose address cannot be written, a mistake of ours, from one that was not answered.
func unsendable(err error) bool {
	address, ok := errors.AsType[*url.Error](err)
	return ok && address.Op == "parse"
}

// find asks a search's question.
func (c *client) find(ctx context.Context, search esapi.SearchRequest, query object, reply any) error {
	body, err := jsonBody(query)
	if err != nil {
		return err
	}
	search.Body = body
	return c.ask(ctx, search, reply)
}

// jsonBody writes a request's body.
func jsonBody(query object) (*bytes.Reader, error) {
	body, err := json.Marshal(query)
	if err != nil {
		return nil, fmt.Errorf("building request: %w", err)
	}
	return bytes.NewReader(body), nil
}

// exists asks whether there is what a HEAD request names.
func (c *client) exists(ctx context.Context, head esapi.Request) (bool, error) {
	err := c.ask(ctx, head, nil)
	var refused *refusal
	if errors.As(err, &refused) && refused.status == http.StatusNotFound {
		return false, nil
	}
	return err == nil, err
}
