package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"sluice/schemas"
)

// OrderFacts hands the fact of every order that the query asks for to each, in the order of
// the ids. What is written meanwhile may be among them or not. An error of each ends it and is returned.
func (s *Store) OrderFacts(ctx context.Context, q schemas.OrderFactsQuery, each func(*schemas.OrderFact) error) error {
	for _, month := range slices.Backward(s.months()) {
		listing := factsListing{query: q, each: each}
		err := s.reading(month, func(reads *sql.DB) error { return listing.run(ctx, reads) }) //nolint:contextcheck // see reading
		if listing.failed != nil {
			return listing.failed
		}
		if err != nil {
			return fmt.Errorf("reading facts of orders: %w", unavailable(err))
		}
	}
	return nil
}

// factsListing reads one month, page by page: no view of the file is held while somebody thinks about a page.
type factsListing struct {
	query  schemas.OrderFactsQuery
	each   func(*schemas.OrderFact) error
	failed error // of each
	page   []schemas.OrderFact
}

func (l *factsListing) run(ctx context.Context, reads *sql.DB) error {
	for after, more := int64(0), true; more; {
		var err error
		if after, more, err = l.read(ctx, reads, after); err != nil {
			return err
		}
		for i := range l.page {
			if l.failed = l.each(&l.page[i]); l.failed != nil {
				return l.failed
			}
		}
	}
	return nil
}

// read fills the page with what comes behind an id.
func (l *factsListing) read(ctx context.Context, reads *sql.DB, after int64) (last int64, more bool, err error) {
	query, args := "SELECT id, body FROM docs WHERE id > ? AND type <> 'created' ORDER BY id LIMIT ?", []any{after, pageRows}
	if l.query.Member != "" {
		query, args = "SELECT id, body FROM docs WHERE member = ? AND id > ? AND type <> 'created' ORDER BY id LIMIT ?",
			[]any{[]byte(l.query.Member), after, pageRows}
	}
	rows, err := reads.QueryContext(ctx, query, args...)
	if err != nil {
		return 0, false, err
	}
	l.page = l.page[:0]
	n := 0
	for ; err == nil && rows.Next(); n++ {
		var body sql.RawBytes
		if err = rows.Scan(&last, &body); err != nil {
			break
		}
		var order schemas.Order
		if order, err = schemas.ParseOrder(body); err != nil {
			err = errCorrupt
			break
		}
		if fact := schemas.FactOf(&order); fact.Asked(&l.query) {
			l.page = append(l.page, fact)
		}
	}
	return last, n == pageRows, errors.Join(err, rows.Err(), rows.Close())
}
