package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sluice/schemas"
)

// digestPage is how many members are read at once: no view of the file is held for longer.
const digestPage = 2000

// Digest is the digest of the orders that count in a month, of all members of a bucket. What is written meanwhile may be in it
// or not. A bucket that reads back what it lost is schemas.ErrRecovering.
func (l *Levels) Digest(ctx context.Context, bucket int, month schemas.Month) (schemas.OrderDigest, error) {
	var digest schemas.OrderDigest
	for behind := []byte{}; behind != nil; {
		from := behind
		behind = nil
		err := l.snapshot(ctx, func(reads *sql.Tx) (err error) {
			if err = l.complete(ctx, reads, bucket); err == nil {
				behind, err = addPage(ctx, reads, bucket, month, from, &digest)
			}
			return err
		})
		if err != nil {
			return schemas.OrderDigest{}, fmt.Errorf("digesting bucket %d: %w", bucket, err)
		}
	}
	return digest, nil
}

// addPage adds the members behind one, and returns the last of them, nil at the end.
func addPage(ctx context.Context, reads *sql.Tx, bucket int, month schemas.Month, behind []byte, digest *schemas.OrderDigest) ([]byte, error) {
	rows, err := reads.QueryContext(ctx, "SELECT member, state FROM members WHERE bucket = ? AND member > ? ORDER BY member LIMIT ?",
		bucket, behind, digestPage)
	if err != nil {
		return nil, err
	}
	n := 0
	for ; err == nil && rows.Next(); n++ {
		var m member
		var raw []byte
		if err = rows.Scan(&m.id, &raw); err == nil {
			err = m.parse(raw)
		}
		counted := m.completed.of(month)
		for i := range counted.count() {
			digest.Add(m.id, counted.id(i))
		}
		behind = m.id
	}
	if n < digestPage {
		behind = nil
	}
	return behind, errors.Join(err, rows.Err(), rows.Close())
}

// IDs is what is held of a member's month, in the order of the ids.
func (l *Levels) IDs(ctx context.Context, id string, month schemas.Month) (schemas.OrderIDSet, error) {
	var set schemas.OrderIDSet
	err := l.snapshot(ctx, func(reads *sql.Tx) error {
		m := &member{id: []byte(id), bucket: schemas.Bucket([]byte(id), l.cfg.Buckets)}
		if err := l.complete(ctx, reads, m.bucket); err != nil {
			return err
		}
		if err := m.load(ctx, reads); err != nil {
			return err
		}
		counted, voids := m.completed.of(month), m.voids.of(month)
		for i := range counted.count() {
			set.Counted = append(set.Counted, schemas.CountedOrder{ID: counted.id(i), Second: counted.second(i)})
		}
		for i := range voids.count() {
			set.Void = append(set.Void, voids.id(i))
		}
		return nil
	})
	if err != nil {
		return schemas.OrderIDSet{}, fmt.Errorf("reading a member's orders: %w", err)
	}
	return set, nil
}

// complete fails with schemas.ErrRecovering unless a bucket has all that it had.
func (l *Levels) complete(ctx context.Context, reads *sql.Tx, bucket int) error {
	_, err := l.epoch(ctx, reads, bucket)
	return err
}
