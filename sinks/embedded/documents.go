package embedded

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"sluice/schemas"
)

// A page of documents is read at once and handed over after that: no snapshot is held while
// somebody thinks about a document, or the owner's log could not be moved.
const (
	pageRows  = 2000
	pageBytes = 4 << 20
)

// Documents hands every document of a family to each, which may keep it; positions and orders in the order of their
// ids, history day by day in the order of arrival. What is written meanwhile may be among them or not. An error of
// each ends it and is returned.
func (s *Store) Documents(ctx context.Context, q schemas.DocumentsQuery, each func(schemas.Document) error) error {
	s.mu.Lock()
	targets := make([]string, 0, len(s.places))
	for target, p := range s.places {
		if p.there {
			targets = append(targets, target)
		}
	}
	s.mu.Unlock()
	return scanAll(s.families, targets, q, each, func(scan *scan) error {
		return s.reading(scan.target, func(reads *sql.DB) error { return scan.run(ctx, reads) }) //nolint:contextcheck // see reading
	})
}

// reading lends the pool of readers of a target's file; a target that was dropped just now is nothing to read.
// The file is opened whatever becomes of the one who asked: one that is opened half way is of no use.
func (s *Store) reading(target string, read func(reads *sql.DB) error) error {
	opened, release, err := s.use(target, false)
	if errors.Is(err, errNoFile) {
		return nil
	}
	if err != nil {
		return err
	}
	defer release()
	reads, err := opened.pool()
	if err != nil {
		return err
	}
	return read(reads)
}

// scanAll runs a scan of each target of the family, in order.
func scanAll(known []family, targets []string, q schemas.DocumentsQuery,
	each func(schemas.Document) error, one func(*scan) error,
) error {
	mine, err := familyNamed(known, q.Family)
	if err != nil {
		return fmt.Errorf("reading documents: %w", err)
	}
	for _, target := range sorted(targets) {
		if !mine.holds(target) {
			continue
		}
		prefix := q.DriverPrefix
		if mine.orders {
			prefix = q.MemberPrefix
		}
		if err := one(&scan{target: target, family: mine, prefix: []byte(prefix), each: each}); err != nil {
			return fmt.Errorf("reading documents of %s: %w", target, err)
		}
	}
	return nil
}

// familyNamed is the family of a DocumentsQuery: an index, or the alias of all days or months.
func familyNamed(known []family, name string) (*family, error) {
	for i := range known {
		if f := &known[i]; f.name == name && !f.several() || f.several() && strings.TrimSuffix(f.name, "-") == name {
			return f, nil
		}
	}
	return nil, fmt.Errorf("no family is called %q", name)
}

// scan reads all documents of one target, page by page.
type scan struct {
	target string
	family *family
	prefix []byte
	each   func(schemas.Document) error
	page   []schemas.Document
}

func (s *scan) run(ctx context.Context, reads *sql.DB) error {
	switch {
	case s.family.versions:
		return s.byName(ctx, reads)
	case s.family.orders:
		return s.byID(ctx, reads)
	}
	return s.byArrival(ctx, reads)
}

func (s *scan) byName(ctx context.Context, reads *sql.DB) error {
	const query = "SELECT 0, name, version, body FROM docs WHERE name > ?1 AND name >= ?2 AND name < ?3 ORDER BY name LIMIT ?4"
	after := []byte{}
	for {
		more, err := s.read(ctx, reads, query, after, s.prefix, behind(s.prefix), pageRows)
		if err != nil || len(s.page) == 0 {
			return err
		}
		after = []byte(s.page[len(s.page)-1].ID)
		if err := s.handOver(); err != nil || !more {
			return err
		}
	}
}

// byArrival reads windows of row numbers, so that a page is short even where few rows have the prefix.
func (s *scan) byArrival(ctx context.Context, reads *sql.DB) error {
	const query = "SELECT n, name, 0, body FROM docs WHERE n > ?1 AND n <= ?2 AND name >= ?3 AND name < ?4 ORDER BY n"
	var last int64
	if err := reads.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM docs").Scan(&last); err != nil {
		return err
	}
	for n := int64(0); n < last; {
		to := min(n+pageRows, last)
		more, err := s.read(ctx, reads, query, n, to, s.prefix, behind(s.prefix))
		if err != nil {
			return err
		}
		if n = to; more {
			n = s.page[len(s.page)-1].Version // the row number, until handOver
		}
		if err := s.handOver(); err != nil {
			return err
		}
	}
	return nil
}

// read fills the page, and reports whether it stopped before the query's end.
func (s *scan) read(ctx context.Context, reads *sql.DB, query string, args ...any) (more bool, err error) {
	rows, err := reads.QueryContext(ctx, query, args...)
	if err != nil {
		return false, err
	}
	s.page = s.page[:0]
	size := 0
	for rows.Next() {
		var n int64
		doc := schemas.Document{Target: s.target}
		if err = rows.Scan(&n, &doc.ID, &doc.Version, &doc.Body); err != nil {
			break
		}
		if !s.family.versions {
			doc.Version = n
		}
		s.page = append(s.page, doc)
		if size += len(doc.Body); size >= pageBytes || len(s.page) == pageRows {
			more = true
			break
		}
	}
	return more, errors.Join(err, rows.Err(), rows.Close())
}

// handOver gives the page's documents away, those of history whose driver has the prefix: a key
// may have it without the driver.
func (s *scan) handOver() error {
	for _, doc := range s.page {
		if !s.family.versions {
			doc.Version = 0
			if s.family.daily && len(s.prefix) > 0 && !bytes.HasPrefix(driverOf([]byte(doc.ID)), s.prefix) {
				continue
			}
		}
		if err := s.each(doc); err != nil {
			return err
		}
	}
	return nil
}

// behind is the first text that comes after all that begin with a prefix. Keys are UTF-8, which has no 0xff.
func behind(prefix []byte) []byte {
	return append(bytes.Clone(prefix), 0xff)
}
