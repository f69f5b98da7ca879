package embedded

import (
	"bytes"
	"context"
	sqldriver "database/sql/driver"
	"fmt"

	"sluice/schemas"
)

// Due lists the buckets that have a member whose level ends, and those that have a coupon due, at or before now.
func (l *Levels) Due(ctx context.Context, now int64) (levels, coupons []int, err error) {
	const query = "SELECT bucket FROM buckets WHERE EXISTS (SELECT 1 FROM %s t WHERE t.bucket = buckets.bucket AND t.due <= ?) ORDER BY bucket"
	if levels, err = l.numbers(ctx, fmt.Sprintf(query, "members"), now); err == nil {
		coupons, err = l.numbers(ctx, fmt.Sprintf(query, "coupons"), now)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("looking for what is due: %w", err)
	}
	return levels, coupons, nil
}

// maxTurn bounds one call of Turn.
const maxTurn = 1000

// Turn takes up to limit members (at most 1000) of a bucket whose level has ended by now, oldest first, and announces those whose level at
// now is not the announced one; more says that others are due. A fence below the greatest that the bucket has seen is
// schemas.ErrFenced and changes nothing; so is schemas.ErrRecovering of a bucket that reads back what it lost: its levels
// would fall without reason. Each call looks through some members more for months that have expired.
func (l *Levels) Turn(ctx context.Context, bucket int, now, fence int64, limit int) (announced int, more bool, err error) {
	limit = min(max(limit, 1), maxTurn)
	err = l.do(ctx, limit, func(u *unit) error { //nolint:contextcheck // see conn.exec
		b, err := u.fenced(bucket, fence)
		if err != nil {
			return err
		}
		u.at(now)
		if announced, more, err = u.turn(b, limit); err != nil {
			return err
		}
		return l.sweep(u, bucket)
	})
	if err != nil {
		return 0, false, fmt.Errorf("turning bucket %d: %w", bucket, outcome(err))
	}
	return announced, more, nil
}

// fenced is a bucket that a runner with this fence may change. All that the transaction has in hand is in the tables after it.
// A bucket that does not have all it had is not to be changed by any: what is decided from a part is wrong.
func (u *unit) fenced(number int, fence int64) (*bucket, error) {
	b, err := u.bucket(number)
	if err != nil {
		return nil, err
	}
	if b.born && fence < b.fence {
		return nil, ownError{fmt.Errorf("fence %d after %d: %w", fence, b.fence, schemas.ErrFenced)}
	}
	if err := u.flush(); err != nil {
		return nil, err
	}
	short := !b.born
	err = u.c.recovering.each(func([]sqldriver.Value) error { short = true; return nil }, int64(number))
	if err != nil {
		return nil, err
	}
	if short {
		return nil, ownError{schemas.ErrRecovering}
	}
	if fence > b.fence {
		b.fence, b.changed = fence, true
	}
	return b, nil
}

func (u *unit) turn(b *bucket, limit int) (announced int, more bool, err error) {
	ids, err := u.ids(u.c.dueMembers, int64(b.number), u.now, int64(limit)+1)
	if err != nil {
		return 0, false, err
	}
	if more = len(ids) > limit; more {
		ids = ids[:limit]
	}
	for _, id := range ids {
		if b.waiting >= int64(u.cfg.MaxOutbox) {
			if announced > 0 {
				return announced, true, nil
			}
			return 0, false, ownError{fmt.Errorf("%w: the outbox is full", schemas.ErrUnavailable)}
		}
		m, err := u.member(id)
		if err != nil {
			return 0, false, err
		}
		changed, err := u.announce(m, b, occasion{})
		if err != nil {
			return 0, false, err
		}
		if changed {
			announced++
		}
	}
	return announced, more, nil
}

// ids are the members that a question names.
func (u *unit) ids(q *question, args ...sqldriver.Value) ([][]byte, error) {
	var found [][]byte
	err := q.each(func(row []sqldriver.Value) error {
		id, err := blob(row[0])
		found = append(found, id)
		return err
	}, args...)
	return found, err
}

// sweepStep is how many members a call of Turn looks through: with a tick a minute that is a hundred thousand a day, of each bucket.
const sweepStep = 64

// sweep forgets what has expired of some members, beginning behind those of the last time: who has no more events would
// keep it for ever.
func (l *Levels) sweep(u *unit, bucket int) error {
	after := l.swept[bucket]
	if after == nil {
		after = []byte{}
	}
	ids, err := u.ids(u.c.someMembers, int64(bucket), after, int64(sweepStep))
	if err != nil {
		return err
	}
	for _, id := range ids {
		m, err := u.member(id)
		if err != nil {
			return err
		}
		m.expire(u.span)
		if m.empty() {
			m.changed = true
		}
	}
	if l.swept[bucket] = nil; len(ids) == sweepStep {
		l.swept[bucket] = bytes.Clone(ids[len(ids)-1])
	}
	return nil
}
