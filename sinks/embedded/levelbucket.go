package embedded

import (
	sqldriver "database/sql/driver"

	"sluice/pipelines"
)

// bucket is one part of the members.
type bucket struct {
	number  int
	born    bool // it has an epoch
	epoch   int64
	fence   int64  // greatest seen
	sent    int64  // entries that the outbox ever had: the last one's number
	waiting int64  // entries that it has
	claim   string // who wants to recover it, "" = nobody
	claimed int64  // ms: since when
	changed bool
}

// markID names the watermark of a partition in a bucket.
type markID struct {
	bucket int
	part   pipelines.Partition
}

// mark is a watermark: the bucket has what all offsets below it brought.
type mark struct {
	made    string // Feed.Topic: a watermark of another topic of that name is none
	mark    int64  // -1 = none
	target  int64  // above 0: lost state is being read back until the mark is there
	awaited string // Feed.Topic of the target: of another topic than the mark's it is never reached
	changed bool
}

// bucket is one bucket, unborn when the file does not have it.
func (u *unit) bucket(number int) (*bucket, error) {
	if b := u.buckets[number]; b != nil {
		return b, nil
	}
	b := &bucket{number: number}
	err := u.c.bucket.each(func(row []sqldriver.Value) error {
		var born int64
		var ok bool
		if b.claim, ok = row[6].(string); !ok {
			return errCorrupt
		}
		err := readNumbers(row, &born, &b.epoch, &b.fence, &b.sent, &b.waiting, &b.claimed)
		b.born = born != 0
		return err
	}, int64(number))
	if err != nil {
		return nil, err
	}
	u.buckets[number] = b
	return b, nil
}

// mark is a watermark of a partition of the topic that was made so.
func (u *unit) mark(id markID, made string) (*mark, error) {
	m, err := u.anyMark(id)
	if err == nil && m.made != made {
		m.made, m.mark, m.changed = made, -1, true
	}
	return m, err
}

// anyMark is a watermark of whichever topic of that name.
func (u *unit) anyMark(id markID) (*mark, error) {
	if m := u.marks[id]; m != nil {
		return m, nil
	}
	m := &mark{mark: -1}
	err := u.c.mark.each(func(row []sqldriver.Value) error {
		var fine [2]bool
		m.made, fine[0] = row[2].(string)
		m.awaited, fine[1] = row[3].(string)
		if fine != [2]bool{true, true} {
			return errCorrupt
		}
		return readNumbers(row, &m.mark, &m.target)
	}, int64(id.bucket), id.part.Topic, int64(id.part.ID))
	if err != nil {
		return nil, err
	}
	u.marks[id] = m
	return m, nil
}

// raise moves a watermark up; the one that reaches its target ends the reading back, and so does one of a topic that the
// target is not of.
func (m *mark) raise(next int64) {
	if next > m.mark {
		m.mark, m.changed = next, true
	}
	if m.target > 0 && (m.awaited != m.made || m.target <= m.mark) {
		m.target, m.awaited, m.changed = 0, "", true
	}
}

// until is where the reading back of the mark's topic ends, 0 = nothing of it is read back.
func (m *mark) until() int64 {
	if m.awaited != m.made {
		return 0
	}
	return m.target
}

func (u *unit) keepBucket(b *bucket) error {
	born := int64(0)
	if b.born {
		born = 1
	}
	return u.c.keepBucket.do(int64(b.number), born, b.epoch, b.fence, b.sent, b.waiting, b.claim, b.claimed)
}

// readNumbers reads a row of whole numbers.
func readNumbers(row []sqldriver.Value, into ...*int64) error {
	for i := range into {
		n, err := number(row[i])
		if err != nil {
			return err
		}
		*into[i] = n
	}
	return nil
}
