package elastic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"
	"golang.org/x/sync/errgroup"

	"sluice/schemas"
)

// pitKeepAlive is how long Elasticsearch keeps the view between two pages; each page asks for it anew.
const pitKeepAlive = "5m"

var errFamily = errors.New("no such family of documents") // compared with errors.Is

// Documents calls each with every document of a family that was written before the call, in
// no promised order, and stops at its first error, which it returns as it is. It reads one
// view of all indices (a point in time after a refresh): what is written meanwhile is not in it, and nothing is
// in it twice. A document's Body is valid during the call of each only. The next page is fetched
// while each works on this one: two pages of up to 10,000 documents are in memory.
func (r *Reader) Documents(ctx context.Context, q schemas.DocumentsQuery, each func(schemas.Document) error) error {
	index, ignoreMissing := r.positions, (*bool)(nil)
	switch q.Family {
	case schemas.PositionsIndex:
	case schemas.PingsAlias:
		index, ignoreMissing = r.pings, new(true) // before the first ping there is no day
	case schemas.OrdersAlias:
		index, ignoreMissing = r.orders, new(true) // likewise
	default:
		return fmt.Errorf("reading documents of %q: %w", q.Family, errFamily)
	}
	view, err := r.openView(ctx, index, ignoreMissing)
	if err != nil {
		return fmt.Errorf("reading documents of %s: %w", q.Family, err)
	}
	defer r.closeView(context.WithoutCancel(ctx), view)
	return r.pages(ctx, view, q, each)
}

// pages fetches one page ahead of the caller.
func (r *Reader) pages(ctx context.Context, view string, q schemas.DocumentsQuery, each func(schemas.Document) error) error {
	group, ctx := errgroup.WithContext(ctx)
	ahead := make(chan []found)
	group.Go(func() error {
		defer close(ahead)
		var after []json.RawMessage
		for {
			page, err := r.page(ctx, &view, ofPrefix(q), after)
			if err != nil {
				return fmt.Errorf("reading documents of %s: %w", q.Family, err)
			}
			if len(page) == 0 {
				return nil
			}
			after = page[len(page)-1].Sort
			select {
			case ahead <- page:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	})
	group.Go(func() error {
		for page := range ahead {
			for i := range page {
				d := &page[i]
				err := each(schemas.Document{
					Target: strings.TrimPrefix(d.Index, r.client.cfg.IndexPrefix), ID: d.ID, Version: d.Version, Body: d.Source,
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	return group.Wait()
}

// found is one hit with all that a Document says, and its place in the order of the view.
type found struct {
	Index   string            `json:"_index"`
	ID      string            `json:"_id"`
	Version int64             `json:"_version"`
	Source  json.RawMessage   `json:"_source"`
	Sort    []json.RawMessage `json:"sort"`
}

// ofPrefix is the query for the documents of a prefix; nil = of all.
func ofPrefix(q schemas.DocumentsQuery) object {
	switch {
	case q.Family == schemas.OrdersAlias && q.MemberPrefix != "":
		return object{"prefix": object{"memberId": q.MemberPrefix}}
	case q.Family != schemas.OrdersAlias && q.DriverPrefix != "":
		return object{"prefix": object{"driverId": q.DriverPrefix}}
	}
	return nil
}

// page fetches what comes after a place. Without filter_path: a filtered answer has its
// sources parsed and written anew, one by one.
func (r *Reader) page(ctx context.Context, view *string, which object, after []json.RawMessage) ([]found, error) {
	query := object{
		"size": maxWindow, "track_total_hits": false, "version": true,
		"pit": object{"id": *view, "keep_alive": pitKeepAlive}, "sort": []string{"_shard_doc"},
	}
	if which != nil {
		query["query"] = which
	}
	if after != nil {
		query["search_after"] = after
	}
	var reply struct {
		View     string `json:"pit_id"`
		TimedOut bool   `json:"timed_out"`
		Shards   struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
		Hits struct {
			Hits []found `json:"hits"`
		} `json:"hits"`
	}
	err := r.client.find(ctx, esapi.SearchRequest{AllowPartialSearchResults: new(false)}, query, &reply)
	if err != nil {
		return nil, err
	}
	if reply.TimedOut || reply.Shards.Failed > 0 {
		return nil, fmt.Errorf("%w: the answer is not complete", schemas.ErrUnavailable)
	}
	*view = reply.View
	return reply.Hits.Hits, nil
}

// openView makes everything written so far searchable and fixes what the pages will see.
func (r *Reader) openView(ctx context.Context, index string, ignoreMissing *bool) (string, error) {
	refresh := esapi.IndicesRefreshRequest{Index: []string{index}, IgnoreUnavailable: ignoreMissing}
	if err := r.client.ask(ctx, refresh, nil); err != nil {
		return "", fmt.Errorf("refreshing: %w", err)
	}
	var reply struct {
		ID string `json:"id"`
	}
	view := esapi.OpenPointInTimeRequest{Index: []string{index}, KeepAlive: pitKeepAlive, IgnoreUnavailable: ignoreMissing}
	if err := r.client.ask(ctx, view, &reply); err != nil {
		return "", fmt.Errorf("opening a view: %w", err)
	}
	return reply.ID, nil
}

// closeView frees the view. One that cannot be freed ends by itself.
func (r *Reader) closeView(ctx context.Context, view string) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if body, err := jsonBody(object{"id": view}); err == nil {
		_ = r.client.ask(ctx, esapi.ClosePointInTimeRequest{Body: body}, nil) // as said: nothing is lost by it
	}
}
