package elastic

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/schemas"
)

// OrderFacts calls each with the fact of every order that the query asks for and that was written before the call, in no
// promised order, and stops at its first error, which it returns as it is. It reads one view of all indices, from
// their columns alone: no document is parsed.
func (r *Reader) OrderFacts(ctx context.Context, q schemas.OrderFactsQuery, each func(*schemas.OrderFact) error) error {
	if q.Newest > 0 || q.Member != "" {
		return r.someFacts(ctx, q, each)
	}
	view, err := r.openView(ctx, r.orders, new(true))
	if err != nil {
		return fmt.Errorf("reading facts of orders: %w", err)
	}
	defer func() { r.closeView(context.WithoutCancel(ctx), view) }() // each page may give the view another name
	var after []json.RawMessage
	for {
		page, err := r.factsPage(ctx, &view, q, after)
		if err != nil {
			return fmt.Errorf("reading facts of orders: %w", err)
		}
		if err := handFacts(page, each); err != nil {
			return err
		}
		if len(page) < maxWindow {
			return nil
		}
		after = page[len(page)-1].Sort
	}
}

// someFacts searches without a view, the greatest ids first.
func (r *Reader) someFacts(ctx context.Context, q schemas.OrderFactsQuery, each func(*schemas.OrderFact) error) error {
	if q.Fresh {
		refresh := esapi.IndicesRefreshRequest{Index: []string{r.orders}, IgnoreUnavailable: new(true)}
		if err := r.client.ask(ctx, refresh, nil); err != nil {
			return fmt.Errorf("reading facts of orders: refreshing: %w", err)
		}
	}
	query := factsSearch(q)
	query["sort"] = []object{{"orderId": object{"order": "desc", "unmapped_type": "long"}}}
	if q.Newest > 0 {
		query["size"] = min(q.Newest, maxWindow)
	}
	for {
		reply, err := r.askFacts(ctx, esapi.SearchRequest{Index: []string{r.orders}, IgnoreUnavailable: new(true)}, query)
		if err != nil {
			return fmt.Errorf("reading facts of orders: %w", err)
		}
		page := reply.Hits.Hits
		if err := handFacts(page, each); err != nil || q.Newest > 0 || len(page) < maxWindow {
			return err
		}
		query["search_after"] = page[len(page)-1].Sort
	}
}

func handFacts(page []factHit, each func(*schemas.OrderFact) error) error {
	for i := range page {
		fact, ok := page[i].fact()
		if !ok {
			return fmt.Errorf("reading facts of orders: %w: an answer without an order's id or member", schemas.ErrUnavailable)
		}
		if err := each(&fact); err != nil {
			return err
		}
	}
	return nil
}

// factHit is the columns of one order.
type factHit struct {
	Sort   []json.RawMessage `json:"sort"`
	Fields struct {
		OrderID   []int64  `json:"orderId"`
		Member    []string `json:"memberId"`
		Completed []string `json:"completedAt"`
		Cancelled []string `json:"cancelledAt"`
		Refunded  []string `json:"refundedAt"`
	} `json:"fields"`
}

// fact reads them; false when they are not those of an order.
func (h *factHit) fact() (schemas.OrderFact, bool) {
	f := &h.Fields
	completed, fine := moment(f.Completed)
	cancelled, ok := moment(f.Cancelled)
	refunded, well := moment(f.Refunded)
	if len(f.OrderID) != 1 || len(f.Member) != 1 || !fine || !ok || !well {
		return schemas.OrderFact{}, false
	}
	return schemas.OrderFact{
		OrderID: f.OrderID[0], Member: []byte(f.Member[0]), CompletedAt: completed, VoidAt: max(cancelled, refunded),
	}, true
}

// moment is a column of time; without a value it is 0.
func moment(column []string) (int64, bool) {
	if len(column) == 0 {
		return 0, true
	}
	at, err := strconv.ParseInt(column[0], 10, 64)
	return at, err == nil && len(column) == 1
}

// factsPage fetches what comes after a place.
func (r *Reader) factsPage(ctx context.Context, view *string, q schemas.OrderFactsQuery, after []json.RawMessage) ([]factHit, error) {
	query := factsSearch(q)
	query["pit"] = object{"id": *view, "keep_alive": pitKeepAlive}
	if after != nil {
		query["search_after"] = after
	}
	reply, err := r.askFacts(ctx, esapi.SearchRequest{}, query)
	if err != nil {
		return nil, err
	}
	*view = reply.View
	return reply.Hits.Hits, nil
}

// factsReply is an answer of a search.
type factsReply struct {
	View     string `json:"pit_id"`
	TimedOut bool   `json:"timed_out"`
	Shards   struct {
		Failed int `json:"failed"`
	} `json:"_shards"`
	Hits struct {
		Hits []factHit `json:"hits"`
	} `json:"hits"`
}

// askFacts searches; an answer that lacks a shard is an error.
func (r *Reader) askFacts(ctx context.Context, search esapi.SearchRequest, query object) (factsReply, error) {
	var reply factsReply
	search.AllowPartialSearchResults = new(false)
	if err := r.client.find(ctx, search, query, &reply); err != nil {
		return factsReply{}, err
	}
	if reply.TimedOut || reply.Shards.Failed > 0 {
		return factsReply{}, fmt.Errorf("%w: the answer is not complete", schemas.ErrUnavailable)
	}
	return reply, nil
}

// factsSearch asks for the columns of orders that have come to anything.
func factsSearch(q schemas.OrderFactsQuery) object {
	columns := []object{{"field": "orderId"}, {"field": "memberId"}}
	came := []object{}
	for _, at := range [...]string{"completedAt", "cancelledAt", "refundedAt"} {
		columns = append(columns, object{"field": at, "format": "epoch_millis"})
		came = append(came, object{"range": object{at: object{"gte": q.Since}}})
	}
	filter := []object{{"bool": object{"should": came, "minimum_should_match": 1}}}
	if q.Member != "" {
		filter = append(filter, object{"term": object{"memberId": q.Member}})
	}
	return object{
		"size": maxWindow, "track_total_hits": false, "_source": false, "docvalue_fields": columns,
		"query": object{"bool": object{"filter": filter}}, "sort": []string{"_shard_doc"},
	}
}
