package elastic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/schemas"
)

// Reader answers what the query API asks about drivers and orders. Its errors wrap schemas.ErrNotFound,
// ErrUnavailable or ErrBadCursor where they apply; none repeats what Elasticsearch said. It is
// used from many goroutines at once.
type Reader struct {
	client    *client
	positions string
	pings     string
	orders    string
}

// NewReader makes a reader with connections of its own, so that bulk requests do not
// stand in its way; it does not speak to the server yet.
func NewReader(cfg Config) (*Reader, error) {
	c, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	return &Reader{
		client:    c,
		positions: c.cfg.IndexPrefix + schemas.PositionsIndex,
		pings:     c.cfg.IndexPrefix + schemas.PingsAlias,
		orders:    c.cfg.IndexPrefix + schemas.OrdersAlias,
	}, nil
}

// maxWindow is how many hits one search may return: Elasticsearch's index.max_result_window.
const maxWindow = 10_000

// object is a part of a search request.
type object = map[string]any

// hit is one position found.
type hit = hitOf[schemas.Position]

// hitOf is one document found.
type hitOf[T any] struct {
	Source T                 `json:"_source"`
	Sort   []json.RawMessage `json:"sort"`
}

// search asks for positions.
func (r *Reader) search(ctx context.Context, search esapi.SearchRequest, query object) ([]hit, error) {
	return searchFor[schemas.Position](ctx, r.client, search, query)
}

// searchFor asks for documents: an answer that lacks a shard is an error, not a short list, and so is a missing
// index unless the search ignores it.
func searchFor[T any](ctx context.Context, c *client, search esapi.SearchRequest, query object) ([]hitOf[T], error) {
	search.AllowPartialSearchResults = new(false)
	search.FilterPath = []string{"timed_out", "_shards.failed", "hits.hits._source", "hits.hits.sort"}
	var reply struct {
		TimedOut bool `json:"timed_out"`
		Shards   struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
		Hits struct {
			Hits []hitOf[T] `json:"hits"`
		} `json:"hits"`
	}
	err := c.find(ctx, search, query, &reply)
	if err != nil {
		return nil, err
	}
	if reply.TimedOut || reply.Shards.Failed > 0 {
		return nil, fmt.Errorf("%w: the answer is not complete", schemas.ErrUnavailable)
	}
	return reply.Hits.Hits, nil
}

// Ready returns nil when the server answers and the index of live positions is there to be searched.
func (r *Reader) Ready(ctx context.Context) error {
	_, err := r.search(ctx, esapi.SearchRequest{Index: []string{r.positions}}, object{"size": 0})
	if err != nil {
		return fmt.Errorf("asking whether Elasticsearch is ready: %w", err)
	}
	return nil
}

// Refresh makes everything written to an index so far searchable; index is named without the prefix. For tests
// and reconciliation: on the path it would cost far more than waiting.
func (r *Reader) Refresh(ctx context.Context, index string) error {
	err := r.client.ask(ctx, esapi.IndicesRefreshRequest{Index: []string{r.client.cfg.IndexPrefix + index}}, nil)
	if err != nil {
		return fmt.Errorf("refreshing %s: %w", index, err)
	}
	return nil
}

// Count is how many searchable documents an index or alias holds, 0 when it is not there;
// index is named without the prefix.
func (r *Reader) Count(ctx context.Context, index string) (int64, error) {
	var reply struct {
		Count int64 `json:"count"`
	}
	count := esapi.CountRequest{Index: []string{r.client.cfg.IndexPrefix + index}, FilterPath: []string{"count"}}
	err := r.client.ask(ctx, count, &reply)
	var refused *refusal
	if errors.As(err, &refused) && refused.status == http.StatusNotFound {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("counting %s: %w", index, err)
	}
	return reply.Count, nil
}

// Close ends the connections that are not in use.
func (r *Reader) Close() { r.client.close() }
