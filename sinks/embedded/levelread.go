package embedded

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sluice/schemas"
)

// Member is all that is known of one member; of one never heard of, a state without months. It is of one moment, and has
// whatever was answered before the call. A bucket that does not have all that it had is schemas.ErrRecovering.
func (l *Levels) Member(ctx context.Context, id string) (schemas.MemberState, error) {
	var state schemas.MemberState
	err := l.snapshot(ctx, func(reads *sql.Tx) (err error) {
		state, err = l.member(ctx, reads, []byte(id))
		return err
	})
	if err != nil {
		return schemas.MemberState{}, fmt.Errorf("reading member: %w", err)
	}
	return state, nil
}

// snapshot lends one view of the file, to be let go of soon: the log cannot be moved meanwhile.
func (l *Levels) snapshot(ctx context.Context, read func(reads *sql.Tx) error) error {
	reads, err := l.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return unavailable(err)
	}
	err = read(reads)
	if back := reads.Rollback(); err == nil && back != nil {
		err = back
	}
	if err != nil && !errors.Is(err, schemas.ErrRecovering) {
		return unavailable(err)
	}
	return err
}

// epoch is that of a bucket that has all that it had; of others it is schemas.ErrRecovering.
func (l *Levels) epoch(ctx context.Context, reads *sql.Tx, number int) (epoch int64, err error) {
	short := true
	err = reads.QueryRowContext(ctx, "SELECT epoch, NOT born OR EXISTS (SELECT 1 FROM marks WHERE bucket = ?1 AND target > 0)"+
		" FROM buckets WHERE bucket = ?1", number).Scan(&epoch, &short)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err == nil && short {
		err = schemas.ErrRecovering
	}
	return epoch, err
}

func (l *Levels) member(ctx context.Context, reads *sql.Tx, id []byte) (schemas.MemberState, error) {
	state := schemas.MemberState{MemberID: string(id)}
	number := schemas.Bucket(id, l.cfg.Buckets)
	var err error
	if state.Epoch, err = l.epoch(ctx, reads, number); err != nil {
		return state, err
	}
	m := &member{id: id, bucket: number}
	if err := m.load(ctx, reads); err != nil || m.row == 0 {
		return state, err
	}
	state.Version, state.Announced, state.Memberships = m.version, m.announced, m.bought
	for i := range m.completed {
		state.Months = append(state.Months, l.days(&m.completed[i]))
	}
	state.History, err = m.history(ctx, reads)
	return state, err
}

// load reads a member's row, if there is one.
func (m *member) load(ctx context.Context, reads *sql.Tx) error {
	var raw []byte
	err := reads.QueryRowContext(ctx, "SELECT n, coalesce(due, 0), state FROM members WHERE bucket = ? AND member = ?",
		m.bucket, m.id).Scan(&m.row, &m.due, &raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return m.parse(raw)
}

// days are a month's orders by day.
func (l *Levels) days(of *monthOrders) schemas.MonthOrders {
	days := make([]int, l.cfg.Rules.Days(of.month))
	for i := range of.orders.count() {
		if day := l.cfg.Rules.DayOf(of.month, of.orders.second(i)); day >= 1 && day <= len(days) {
			days[day-1]++
		}
	}
	return schemas.MonthOrders{Month: of.month, Orders: of.orders.count(), Days: days}
}

func (m *member) history(ctx context.Context, reads *sql.Tx) ([]schemas.LevelChanged, error) {
	rows, err := reads.QueryContext(ctx, "SELECT change FROM history WHERE bucket = ? AND member = ? ORDER BY version", m.bucket, m.id)
	if err != nil {
		return nil, err
	}
	var changes []schemas.LevelChanged
	for rows.Next() && err == nil {
		var raw []byte
		if err = rows.Scan(&raw); err == nil {
			var change schemas.LevelChanged
			err = schemas.DecodeLevel(&change, raw)
			changes = append(changes, change)
		}
	}
	return changes, errors.Join(err, rows.Err(), rows.Close())
}

// Raised lists up to limit members of a bucket above the base level whose ids are behind after, in the order of the ids.
func (l *Levels) Raised(ctx context.Context, bucket int, after string, limit int) ([]string, error) {
	base := l.cfg.Rules.LevelName(0)
	var found []string
	for behind := []byte(after); len(found) < limit; {
		page := 0
		err := l.rows(ctx, func(rows *sql.Rows) error {
			m := member{bucket: bucket}
			var raw []byte
			if err := rows.Scan(&m.id, &raw); err != nil {
				return err
			}
			page, behind = page+1, m.id
			if err := m.parse(raw); err != nil {
				return err
			}
			if m.announced != "" && m.announced != base { // not who waits at the base level for a membership to begin
				found = append(found, string(m.id))
			}
			return nil
		}, "SELECT member, state FROM members WHERE bucket = ? AND member > ? AND due IS NOT NULL ORDER BY member LIMIT ?",
			bucket, bytes.Clone(behind), limit-len(found))
		if err != nil {
			return nil, fmt.Errorf("listing raised members of bucket %d: %w", bucket, err)
		}
		if page == 0 {
			break
		}
	}
	return found, nil
}
