package embedded

import (
	"bytes"
	"cmp"
	sqldriver "database/sql/driver"
	"slices"

	"sluice/schemas"
)

// unit is what one transaction has in hand. Everything is read through it, and what changed is written when the
// transaction ends: a member of whom ten events come together is read and written once.
type unit struct {
	cfg     *LevelsConfig
	c       *levelsConn
	tag     uint32 // of the rules
	members map[string]*member
	buckets map[int]*bucket
	marks   map[markID]*mark
	lanes   map[*opened]bool // whose watermarks were moved
	now     int64            // ms: the moment of the task at hand
	span    span             // the months that are kept at that moment
	held    int              // bytes of members
	said    int              // changes of level that it put into outboxes
	state   []byte           // to write one from
}

// most bytes of members that a transaction holds before it writes them in the middle.
const mostHeld = 32 << 20

func newUnit(cfg *LevelsConfig, tag uint32, c *levelsConn) *unit {
	return &unit{
		cfg: cfg, c: c, tag: tag, members: map[string]*member{}, buckets: map[int]*bucket{}, marks: map[markID]*mark{}, lanes: map[*opened]bool{},
	}
}

// at sets the moment by which levels are announced and months kept.
func (u *unit) at(now int64) {
	if u.now != now {
		u.now, u.span = now, u.cfg.span(now)
	}
}

// member is one member, one without a past when the file has none.
func (u *unit) member(id []byte) (*member, error) {
	if m := u.members[string(id)]; m != nil {
		return m, nil
	}
	if u.held > mostHeld {
		if err := u.flush(); err != nil {
			return nil, err
		}
		clear(u.members)
		u.held = 0
	}
	m := &member{id: bytes.Clone(id), bucket: schemas.Bucket(id, u.cfg.Buckets), tag: u.tag}
	err := u.c.member.each(func(row []sqldriver.Value) error {
		var errs [3]error
		var state []byte
		m.row, errs[0] = number(row[0])
		m.rowDue, errs[1] = number(row[1])
		m.due = m.rowDue
		state, errs[2] = blob(row[2])
		return cmp.Or(errs[0], errs[1], errs[2], m.parse(state))
	}, int64(m.bucket), m.id)
	if err != nil {
		return nil, err
	}
	const overhead = 300
	u.held += overhead + m.size
	u.members[string(m.id)] = m
	return m, nil
}

// flush writes what changed, in the order of the file.
func (u *unit) flush() error {
	changed := make([]*member, 0, len(u.members))
	for _, m := range u.members {
		if m.changed {
			changed = append(changed, m)
		}
	}
	slices.SortFunc(changed, func(a, b *member) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.bucket, b.bucket), bytes.Compare(a.id, b.id))
	})
	for _, m := range changed {
		if err := u.keep(m); err != nil {
			return err
		}
	}
	for _, b := range u.buckets {
		if !b.changed {
			continue
		}
		if err := u.keepBucket(b); err != nil {
			return err
		}
		b.changed = false
	}
	for id, m := range u.marks {
		if !m.changed {
			continue
		}
		if err := u.c.keepMark.do(int64(id.bucket), id.part.Topic, int64(id.part.ID), m.made, m.mark, m.target, m.awaited); err != nil {
			return err
		}
		m.changed = false
	}
	return nil
}

// keep writes one member.
func (u *unit) keep(m *member) error {
	u.state = m.append(u.state[:0])
	m.changed = false
	switch {
	case m.empty():
		delete(u.members, string(m.id))
		return u.c.dropMember.do(m.row) // none when it has no row
	case m.row == 0:
		delete(u.members, string(m.id)) // whoever needs it again learns its row
		return u.c.addMember.do(int64(m.bucket), m.id, orNull(m.due), u.state)
	case m.due == m.rowDue:
		return u.c.keepState.do(u.state, m.row)
	}
	m.rowDue = m.due
	return u.c.keepMember.do(orNull(m.due), u.state, m.row)
}

// orNull is a moment, NULL when there is none.
func orNull(at int64) sqldriver.Value {
	if at == 0 {
		return nil
	}
	return at
}
