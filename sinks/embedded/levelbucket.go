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
	m := u.marks[id]
	if m == nil {
		m = &mark{mark: -1}
		err := u.c.mark.each(func(row []sqldriver.Value) error {
			var ok bool
			if m.made, ok = row[2].(string); !ok {
				return errCorrupt
			}
			return readNumbers(row, &m.mark, &m.target)
		}, int64(id.bucket), id.part.Topic, int64(id.part.ID))
		if err != nil {
			return nil, err
		}
		u.marks[id] = m
	}
	if m.made != made {
		*m = mark{made: made, mark: -1, changed: true}
	}
	return m, nil
}

// raise moves a watermark up; the one that reaches its target ends the reading back.
func (m *mark) raise(next int64) {
	if next <= m.mark {
		return
	}
	m.mark, m.changed = next, true
	if m.target <= m.mark {
		m.target = 0
	}
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
