package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sluice/schemas"
)

// heldPage is how many members are read at once: no view of the file is held for longer.
const heldPage = 500

// Held hands what is held of members to each, in the order of the members. A bucket that reads back what it lost is
// schemas.ErrRecovering; an error of each ends it and is returned.
func (l *Levels) Held(ctx context.Context, q schemas.HeldQuery, each func(*schemas.Held) error) error {
	if q.Member != "" {
		return l.heldOne(ctx, q, each)
	}
	for behind := []byte{}; behind != nil; {
		var page []schemas.Held
		from := behind
		err := l.snapshot(ctx, func(reads *sql.Tx) (err error) {
			if err = l.complete(ctx, reads, q.Bucket); err == nil {
				page, behind, err = l.heldPage(ctx, reads, q, from)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("reading what bucket %d holds: %w", q.Bucket, err)
		}
		for i := range page {
			if err := each(&page[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// heldOne is what is held of one member.
func (l *Levels) heldOne(ctx context.Context, q schemas.HeldQuery, each func(*schemas.Held) error) error {
	var held schemas.Held
	err := l.snapshot(ctx, func(reads *sql.Tx) (err error) {
		m := &member{id: []byte(q.Member), bucket: q.Bucket, tag: l.tag}
		if err = l.complete(ctx, reads, q.Bucket); err == nil {
			err = m.load(ctx, reads)
		}
		if err == nil {
			held, err = l.held(ctx, reads, m, q.Months)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("reading what is held of a member: %w", err)
	}
	return each(&held)
}

// heldPage reads the members behind one, and the last of them, nil at the end.
func (l *Levels) heldPage(ctx context.Context, reads *sql.Tx, q schemas.HeldQuery, behind []byte) (page []schemas.Held, last []byte, err error) {
	rows, err := reads.QueryContext(ctx, "SELECT member, coalesce(due, 0), state FROM members WHERE bucket = ? AND member > ? ORDER BY member LIMIT ?",
		q.Bucket, behind, heldPage)
	if err != nil {
		return nil, nil, err
	}
	var members []*member
	for err == nil && rows.Next() {
		m := &member{bucket: q.Bucket}
		var raw []byte
		if err = rows.Scan(&m.id, &m.due, &raw); err == nil {
			err = m.parse(raw)
		}
		members = append(members, m)
	}
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return nil, nil, err
	}
	for _, m := range members {
		held, err := l.held(ctx, reads, m, q.Months)
		if err != nil {
			return nil, nil, err
		}
		page, last = append(page, held), m.id
	}
	if len(members) < heldPage {
		last = nil
	}
	return page, last, nil
}

// held is one member as it stands.
func (l *Levels) held(ctx context.Context, reads *sql.Tx, m *member, months []schemas.Month) (schemas.Held, error) {
	now := l.cfg.Now().UnixMilli()
	h := schemas.Held{Member: string(m.id), Announced: m.announced, Counted: make([][]int64, len(months))}
	for i, month := range months {
		h.Counted[i] = m.completed.of(month).ids(nil)
		h.Voids = m.voids.of(month).ids(h.Voids)
	}
	if h.Announced == "" {
		h.Announced = l.cfg.Rules.LevelName(0)
	}
	h.Level = l.cfg.Rules.LevelName(l.cfg.Rules.Effective(m.counts, m.bought, now).Rank)
	h.Pending = m.tag != l.tag || m.due > 0 && m.due <= now
	var err error
	h.Told, err = m.told(ctx, reads)
	return h, err
}

// told reports whether the history ends with what was announced last. The timer is the member's own column.
func (m *member) told(ctx context.Context, reads *sql.Tx) (bool, error) {
	var raw []byte
	err := reads.QueryRowContext(ctx, "SELECT change FROM history WHERE bucket = ? AND member = ? ORDER BY version DESC LIMIT 1", m.bucket, m.id).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return m.version == 0, nil
	}
	if err != nil {
		return false, err
	}
	var last schemas.LevelChanged
	readable := schemas.DecodeLevel(&last, raw) == nil
	return readable && last.To == m.announced && last.Version == m.version && last.Epoch == m.epoch, nil
}

// ids appends the ids of a month.
func (o orders) ids(to []int64) []int64 {
	for i := range o.count() {
		to = append(to, o.id(i))
	}
	return to
}

// complete fails with schemas.ErrRecovering unless a bucket has all that it had.
func (l *Levels) complete(ctx context.Context, reads *sql.Tx, bucket int) error {
	_, err := l.epoch(ctx, reads, bucket)
	return err
}
