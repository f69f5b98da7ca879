package elastic

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/schemas"
)

// Driver returns one driver's latest position, however old it is, as soon as it is stored:
// it does not wait for a refresh. The error wraps schemas.ErrNotFound when there is none.
func (r *Reader) Driver(ctx context.Context, id string) (schemas.Position, error) {
	if id == "" || len(id) > maxIDBytes {
		return schemas.Position{}, fmt.Errorf("reading driver: %w", schemas.ErrNotFound)
	}
	var reply struct {
		Docs []struct {
			Found  bool             `json:"found"`
			Source schemas.Position `json:"_source"`
			Error  struct {
				Type string `json:"type"`
			} `json:"error"`
		} `json:"docs"`
	}
	// The id goes in the body: in a path it would have to be escaped through two clients.
	body, err := jsonBody(object{"ids": []string{id}})
	if err != nil {
		return schemas.Position{}, fmt.Errorf("reading driver: %w", err)
	}
	err = r.client.ask(ctx, esapi.MgetRequest{Index: r.positions, Body: body}, &reply)
	var refused *refusal
	switch {
	case errors.As(err, &refused) && refused.status == http.StatusNotFound:
		return schemas.Position{}, fmt.Errorf("reading driver: %w: the index is missing", schemas.ErrUnavailable)
	case err != nil:
		return schemas.Position{}, fmt.Errorf("reading driver: %w", err)
	case len(reply.Docs) != 1 || reply.Docs[0].Error.Type != "":
		return schemas.Position{}, fmt.Errorf("reading driver: %w: no answer for it", schemas.ErrUnavailable)
	case !reply.Docs[0].Found:
		return schemas.Position{}, fmt.Errorf("reading driver: %w", schemas.ErrNotFound)
	}
	return reply.Docs[0].Source, nil
}
