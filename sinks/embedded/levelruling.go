package embedded

import (
	"bytes"
	"context"
	"fmt"

	"sluice/schemas"
)

// Rule brings up to limit members of a bucket (at most 1000) under the store's own rules, wherever others were in force: what
// they bought has the rank that the rules sell, and who has another level is announced with the cause "rules". after is "" to
// begin with, then what the step before called Next. A bucket that was brought under these rules before is done at once. A
// fence below that of another ruling is schemas.ErrFenced and changes nothing.
func (l *Levels) Rule(ctx context.Context, bucket int, after string, fence int64, limit int) (ruling schemas.Ruling, err error) {
	limit = min(max(limit, 1), maxTurn)
	err = l.do(ctx, limit, func(u *unit) error { //nolint:contextcheck // see conn.exec
		ruling, err = u.ruleStep(bucket, []byte(after), fence, limit)
		return err
	})
	if err != nil {
		return schemas.Ruling{}, fmt.Errorf("bringing bucket %d under the rules: %w", bucket, outcome(err))
	}
	return ruling, nil
}

func (u *unit) ruleStep(bucket int, after []byte, fence int64, limit int) (schemas.Ruling, error) {
	b, err := u.bucket(bucket)
	if err == nil {
		b, err = u.fenced(bucket, b.fence) // the fence of the jobs is another
	}
	if err != nil {
		return schemas.Ruling{}, err
	}
	begun, err := u.beginRuling(bucket, fence, len(after) == 0)
	if err != nil || !begun {
		return schemas.Ruling{}, err
	}
	ids, err := u.ids(u.c.someMembers, int64(bucket), after, int64(limit))
	if err != nil {
		return schemas.Ruling{}, err
	}
	said := schemas.Ruling{Seen: len(ids)}
	for _, id := range ids {
		if b.waiting >= int64(u.cfg.MaxOutbox) {
			return schemas.Ruling{}, ownError{fmt.Errorf("%w: the outbox is full", schemas.ErrUnavailable)}
		}
		m, err := u.member(id)
		if err != nil {
			return schemas.Ruling{}, err
		}
		if !u.remap(m) && m.tag == u.tag {
			continue
		}
		changed, err := u.announce(m, b, occasion{cause: schemas.CauseRules})
		if err != nil {
			return schemas.Ruling{}, err
		}
		if changed {
			said.Announced++
		}
	}
	if len(ids) == limit {
		said.Next = string(bytes.Clone(ids[limit-1]))
		return said, nil
	}
	return said, u.setting("ruled", bucket, int64(u.tag))
}

// remap gives what was bought, and has not ended, the rank that the rules sell. A product that they do not have keeps
// its rank.
func (u *unit) remap(m *member) (moved bool) {
	for i := range m.bought {
		bought := &m.bought[i]
		_, rank, ok := u.cfg.Rules.Product(bought.SKU)
		if ok && rank != bought.Rank && bought.Until > u.now {
			bought.Rank, moved, m.changed = rank, true, true
		}
	}
	return moved
}

// beginRuling refuses the fence of an earlier ruling, and is false when the bucket is under these rules already.
func (u *unit) beginRuling(bucket int, fence int64, first bool) (bool, error) {
	seen, err := u.settings("ruling", bucket, -1)
	if err != nil {
		return false, err
	}
	if fence < seen {
		return false, ownError{fmt.Errorf("ruling %d after %d: %w", fence, seen, schemas.ErrFenced)}
	}
	if err := u.setting("ruling", bucket, fence); err != nil || !first {
		return true, err
	}
	by, err := u.settings("ruled", bucket, -1)
	if err != nil || by == int64(u.tag) {
		return false, err
	}
	return true, u.setting("ruled", bucket, -1)
}

// settings is a number that is kept of a bucket, or another when there is none.
func (u *unit) settings(name string, bucket int, otherwise int64) (int64, error) {
	found, err := u.c.numbers(fmt.Sprintf("SELECT coalesce((SELECT value FROM settings WHERE name = '%s %d'), %d)", name, bucket, otherwise))
	if err != nil {
		return 0, err
	}
	return found[0], nil
}

func (u *unit) setting(name string, bucket int, value int64) error {
	return u.c.exec(fmt.Sprintf("INSERT OR REPLACE INTO settings VALUES ('%s %d', %d)", name, bucket, value))
}
