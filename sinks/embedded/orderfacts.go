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
	months := s.months()
	if q.Newest == 0 {
		slices.Reverse(months)
	}
	listing := factsListing{query: q, each: each}
	for _, month := range months {
		if q.Newest > 0 && listing.handed >= q.Newest {
			return nil
		}
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
	handed int
	page   []schemas.OrderFact
}

func (l *factsListing) run(ctx context.Context, reads *sql.DB) error {
	if l.query.Newest > 0 {
		_, _, err := l.read(ctx, reads, "SELECT id, body FROM docs WHERE type <> 'created' ORDER BY id DESC LIMIT ?", l.query.Newest-l.handed)
		return errors.Join(err, l.hand())
	}
	for after, more := int64(0), true; more; {
		var err error
		if after, more, err = l.behind(ctx, reads, after); err != nil {
			return err
		}
		if err := l.hand(); err != nil {
			return err
		}
	}
	return nil
}

// hand hands the page over.
func (l *factsListing) hand() error {
	for i := range l.page {
		if l.failed = l.each(&l.page[i]); l.failed != nil {
			return l.failed
		}
	}
	l.handed += len(l.page)
	return nil
}

// behind fills the page with what comes behind an id.
func (l *factsListing) behind(ctx context.Context, reads *sql.DB, after int64) (last int64, more bool, err error) {
	if l.query.Member != "" {
		return l.read(ctx, reads, "SELECT id, body FROM docs WHERE member = ? AND id > ? AND type <> 'created' ORDER BY id LIMIT ?",
			[]byte(l.query.Member), after, pageRows)
	}
	return l.read(ctx, reads, "SELECT id, body FROM docs WHERE id > ? AND type <> 'created' ORDER BY id LIMIT ?", after, pageRows)
}

// read fills the page.
func (l *factsListing) read(ctx context.Context, reads *sql.DB, query string, args ...any) (last int64, more bool, err error) {
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
