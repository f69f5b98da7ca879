package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sluice/schemas"
)

// outboxID names an entry of a bucket. The epoch is in it because numbers come again in a file that is put back from a copy,
// and a trim must not remove another entry.
type outboxID struct{ epoch, n int64 }

func (id outboxID) String() string { return fmt.Sprintf("%d-%d", id.epoch, id.n) }

// post puts a record into a bucket's outbox.
func (u *unit) post(b *bucket, topic string, key, value []byte) error {
	b.sent, b.waiting, b.changed = b.sent+1, b.waiting+1, true
	if topic == schemas.TopicLevels {
		u.said++
	}
	return u.c.addOutbox.do(int64(b.number), b.sent, b.epoch, topic, key, value, u.now)
}

// Waiting lists the buckets whose outbox has an entry.
func (l *Levels) Waiting(ctx context.Context) ([]int, error) {
	buckets, err := l.numbers(ctx, "SELECT bucket FROM buckets WHERE waiting > 0 ORDER BY bucket")
	if err != nil {
		return nil, fmt.Errorf("looking into the outboxes: %w", err)
	}
	return buckets, nil
}

// Outbox is the first entries of a bucket, at most limit, oldest first.
func (l *Levels) Outbox(ctx context.Context, bucket, limit int) ([]schemas.OutboxEntry, error) {
	var entries []schemas.OutboxEntry
	err := l.rows(ctx, func(rows *sql.Rows) error {
		var id outboxID
		var e schemas.OutboxEntry
		err := rows.Scan(&id.epoch, &id.n, &e.Topic, &e.Key, &e.Value, &e.At)
		e.ID = id.String()
		entries = append(entries, e)
		return err
	}, "SELECT epoch, n, topic, member, value, at FROM outbox WHERE bucket = ? ORDER BY n LIMIT ?", bucket, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("reading the outbox of bucket %d: %w", bucket, err)
	}
	return entries, nil
}

// Trim removes entries by their ids; one that is not there is no error.
func (l *Levels) Trim(ctx context.Context, bucket int, ids []string) error {
	entries := make([]outboxID, len(ids))
	for i, id := range ids {
		if _, err := fmt.Sscanf(id, "%d-%d", &entries[i].epoch, &entries[i].n); err != nil || entries[i].String() != id {
			return fmt.Errorf("trimming the outbox of bucket %d: an id that is none of its own", bucket)
		}
	}
	err := l.do(ctx, len(ids), func(u *unit) error { //nolint:contextcheck // see conn.exec
		b, err := u.bucket(bucket)
		if err != nil {
			return err
		}
		for _, id := range entries {
			gone, err := u.c.dropOutbox.change(int64(bucket), id.n, id.epoch)
			if err != nil {
				return err
			}
			if gone {
				b.waiting, b.changed = b.waiting-1, true
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("trimming the outbox of bucket %d: %w", bucket, outcome(err))
	}
	return nil
}

// rows hands the rows of a question to a function.
func (l *Levels) rows(ctx context.Context, row func(*sql.Rows) error, query string, args ...any) error {
	if err := eachRow(ctx, l.reads, row, query, args...); err != nil {
		return unavailable(err)
	}
	return nil
}

// querier is a pool of readers, or one view of it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func eachRow(ctx context.Context, reads querier, row func(*sql.Rows) error, query string, args ...any) error {
	rows, err := reads.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	for err == nil && rows.Next() {
		err = row(rows)
	}
	return errors.Join(err, rows.Err(), rows.Close())
}

// numbers is a question whose answer is whole numbers, one a row.
func (l *Levels) numbers(ctx context.Context, query string, args ...any) ([]int, error) {
	var found []int
	err := l.rows(ctx, func(rows *sql.Rows) error {
		var n int
		err := rows.Scan(&n)
		found = append(found, n)
		return err
	}, query, args...)
	return found, err
}
