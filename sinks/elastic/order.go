package elastic

import (
	"context"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/schemas"
)

// Order returns one order as it is stored now: it does not wait for a refresh. The error wraps
// schemas.ErrNotFound when there is none.
func (r *Reader) Order(ctx context.Context, id int64) (schemas.Order, error) {
	if id <= 0 {
		return schemas.Order{}, fmt.Errorf("reading order: %w", schemas.ErrNotFound)
	}
	at := address{Index: r.client.cfg.IndexPrefix + schemas.OrderIndex(id), ID: string(schemas.AppendOrderKey(nil, id))}
	docs, err := r.client.documents(ctx, []address{at})
	if err != nil {
		return schemas.Order{}, fmt.Errorf("reading order: %w", err)
	}
	switch kind := docs[0].Error.Type; {
	case kind != "" && kind != "index_not_found_exception":
		return schemas.Order{}, fmt.Errorf("reading order: %w: no answer for it", schemas.ErrUnavailable)
	case !docs[0].Found:
		return schemas.Order{}, fmt.Errorf("reading order: %w", schemas.ErrNotFound)
	}
	order, err := schemas.ParseOrder(docs[0].Source)
	if err != nil {
		return schemas.Order{}, fmt.Errorf("reading order: %w", err)
	}
	return order, nil
}

// Orders returns one page of the orders that match, those with the greatest ids first. What was written within the
// last moment (the indices' refresh interval) may be missing.
func (r *Reader) Orders(ctx context.Context, q schemas.OrdersQuery) (schemas.Orders, error) {
	limit := min(q.Limit, maxWindow-1)
	search := ordersSearch(q, limit+1)
	if q.Cursor != "" {
		after, err := schemas.ParseOrderStep(q.Cursor)
		if err != nil {
			return schemas.Orders{}, fmt.Errorf("searching orders: %w", err)
		}
		search["search_after"] = []int64{int64(after)}
	}
	// No order of any month yet is an empty page.
	anyMonth := esapi.SearchRequest{Index: []string{r.orders}, IgnoreUnavailable: new(true)}
	hits, err := searchFor[schemas.Order](ctx, r.client, anyMonth, search)
	if err != nil {
		return schemas.Orders{}, fmt.Errorf("searching orders: %w", err)
	}
	page := schemas.Orders{Orders: make([]schemas.Order, 0, min(len(hits), limit))}
	for i := range hits[:min(len(hits), limit)] {
		page.Orders = append(page.Orders, hits[i].Source)
	}
	if len(hits) > limit && limit > 0 {
		page.Next = schemas.OrderStep(page.Orders[limit-1].OrderID).Cursor()
	}
	return page, nil
}

func ordersSearch(q schemas.OrdersQuery, size int) object {
	filter := []object{}
	for _, term := range [...][2]string{{"memberId", q.MemberID}, {"driverId", q.DriverID}, {"type", q.Type}, {"city", q.City}} {
		if term[1] != "" {
			filter = append(filter, object{"term": object{term[0]: term[1]}})
		}
	}
	for _, word := range q.Words {
		filter = append(filter, object{"match_phrase": object{"text": word}})
	}
	if q.From != 0 || q.To != 0 {
		times := object{}
		if q.From != 0 {
			times["gte"] = q.From
		}
		if q.To != 0 {
			times["lt"] = q.To
		}
		filter = append(filter, object{"range": object{"ts": times}})
	}
	return object{
		"size": size, "track_total_hits": false,
		"query": object{"bool": object{"filter": filter}},
		"sort":  []object{{"orderId": object{"order": "desc", "unmapped_type": "long"}}},
	}
}
