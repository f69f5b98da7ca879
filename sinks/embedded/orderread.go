package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"sluice/pipelines"
	"sluice/schemas"
)

// Order returns one order. The error wraps schemas.ErrNotFound when there is none.
func (s *Store) Order(ctx context.Context, id int64) (schemas.Order, error) {
	if id <= 0 {
		return schemas.Order{}, fmt.Errorf("reading order: %w", schemas.ErrNotFound)
	}
	var body []byte
	err := s.reading(schemas.OrderIndex(id), func(reads *sql.DB) (err error) { //nolint:contextcheck // see reading
		body, err = orderBody(ctx, reads, id)
		return err
	})
	switch {
	case err != nil:
		return schemas.Order{}, fmt.Errorf("reading order: %w", unavailable(err))
	case body == nil:
		return schemas.Order{}, fmt.Errorf("reading order: %w", schemas.ErrNotFound)
	}
	order, err := schemas.ParseOrder(body)
	if err != nil {
		return schemas.Order{}, fmt.Errorf("reading order: %w", unavailable(errCorrupt))
	}
	return order, nil
}

// orderBody is the document of an order, nil when there is none.
func orderBody(ctx context.Context, reads *sql.DB, id int64) (body []byte, err error) {
	err = reads.QueryRowContext(ctx, "SELECT body FROM docs WHERE id = ?", id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return body, err
}

// holdsOrder reports whether a month knows all that a write says.
func holdsOrder(ctx context.Context, reads *sql.DB, w pipelines.Write) (bool, error) {
	id, ok := schemas.ParseOrderID(string(w.Key))
	if !ok {
		return false, nil
	}
	held, err := orderBody(ctx, reads, id)
	if held == nil || err != nil {
		return false, err
	}
	_, more, err := schemas.MergeOrders(nil, held, w.Body)
	return err == nil && !more, err
}

// Orders returns one page of the orders that match, those with the greatest ids first: month by month, the
// newest first, until the page is full.
func (s *Store) Orders(ctx context.Context, q schemas.OrdersQuery) (schemas.Orders, error) {
	before := schemas.OrderStep(math.MaxInt64)
	if q.Cursor != "" {
		var err error
		if before, err = schemas.ParseOrderStep(q.Cursor); err != nil {
			return schemas.Orders{}, fmt.Errorf("searching orders: %w", err)
		}
	}
	q.Limit = min(q.Limit, maxPage)
	page := ordersPage{q: q, before: int64(before), inclusive: q.Cursor == ""}
	for _, month := range s.months() {
		if month > schemas.OrderIndex(int64(before)) {
			continue
		}
		err := s.reading(month, func(reads *sql.DB) error { return page.read(ctx, reads) }) //nolint:contextcheck // see reading
		if err != nil {
			return schemas.Orders{}, fmt.Errorf("searching orders: %w", unavailable(err))
		}
		if len(page.orders) > q.Limit {
			break
		}
	}
	return page.page(), nil
}

// months are the targets of orders, the newest first.
func (s *Store) months() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var months []string
	for target, p := range s.places {
		if p.there && familyFor(s.families, target).orders {
			months = append(months, target)
		}
	}
	slices.Sort(months) // YYYY.MM: by name is by time
	slices.Reverse(months)
	return months
}

// ordersPage collects the orders of a page, one more than its limit to know whether that was all.
type ordersPage struct {
	q         schemas.OrdersQuery
	before    int64 // ids below it, and
	inclusive bool  // that id too
	orders    []schemas.Order
}

// read adds what a month has.
func (p *ordersPage) read(ctx context.Context, reads *sql.DB) error {
	query, args := p.query()
	rows, err := reads.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	var body sql.RawBytes
	for rows.Next() {
		if err = rows.Scan(&body); err != nil {
			break
		}
		order, bad := schemas.ParseOrder(body)
		if bad != nil {
			err = errCorrupt
			break
		}
		p.orders = append(p.orders, order)
	}
	return errors.Join(err, rows.Err(), rows.Close())
}

// query is the question to one month. Where somebody's orders are asked for, these few are looked
// through for the words; otherwise the words lead to the orders.
func (p *ordersPage) query() (string, []any) {
	var where []string
	var args []any
	add := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	from, id := "docs", "docs.id"
	switch {
	case len(p.q.Words) == 0:
	case p.q.MemberID != "" || p.q.DriverID != "":
		add("EXISTS (SELECT 1 FROM words WHERE words MATCH ? AND words.rowid = docs.id)", matching(p.q.Words))
	default:
		from, id = "words CROSS JOIN docs ON docs.id = words.rowid", "words.rowid"
		add("words MATCH ?", matching(p.q.Words))
	}
	if p.inclusive {
		add(id+" <= ?", p.before)
	} else {
		add(id+" < ?", p.before)
	}
	for _, term := range [...][2]string{{"member", p.q.MemberID}, {"driver", p.q.DriverID}, {"city", p.q.City}} {
		if term[1] != "" {
			add(term[0]+" = ?", []byte(term[1]))
		}
	}
	if p.q.Type != "" {
		add("type = ?", p.q.Type)
	}
	if p.q.From != 0 {
		add("ts >= ?", p.q.From)
	}
	if p.q.To != 0 {
		add("ts < ?", p.q.To)
	}
	args = append(args, p.q.Limit+1-len(p.orders))
	return "SELECT docs.body FROM " + from + " WHERE " + strings.Join(where, " AND ") + " ORDER BY " + id + " DESC LIMIT ?", args
}

// page is the page as it is given out.
func (p *ordersPage) page() schemas.Orders {
	n := min(len(p.orders), p.q.Limit)
	page := schemas.Orders{Orders: p.orders[:n:n]}
	if len(p.orders) > n && n > 0 {
		page.Next = schemas.OrderStep(page.Orders[n-1].OrderID).Cursor()
	}
	return page
}

// byID reads orders in the order of their ids.
func (s *scan) byID(ctx context.Context, reads *sql.DB) error {
	const query = "SELECT id, CAST(id AS TEXT), 0, body FROM docs WHERE id > ?1 AND member >= ?2 AND member < ?3 ORDER BY id LIMIT ?4"
	for after := int64(0); ; {
		more, err := s.read(ctx, reads, query, after, s.prefix, behind(s.prefix), pageRows)
		if err != nil || len(s.page) == 0 {
			return err
		}
		after = s.page[len(s.page)-1].Version // the id, until handOver
		if err := s.handOver(); err != nil || !more {
			return err
		}
	}
}
