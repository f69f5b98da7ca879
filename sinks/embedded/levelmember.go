package embedded

import (
	"encoding/binary"
	"slices"

	"sluice/schemas"
)

// member is what is known of one member, as a transaction has it in hand.
type member struct {
	id     []byte
	bucket int
	row    int64 // in the file, 0 while it has none
	rowDue int64 // what the file says of due

	due       int64  // ms: when its level falls by itself, 0 = it does not
	version   int64  // of the last change announced, 0 = none yet
	epoch     int64  // of that change
	announced string // the level that was announced last, "" = none
	tag       uint32 // of the rules by which its level was computed last
	completed monthly
	voids     monthly // tombstones, by the month of the event that left them
	bought    []schemas.Membership

	size    int  // bytes of its state when it was read
	changed bool // against the file
}

const memberForm = 1 // the first byte of a state

// append appends the state as it rests in the file: numbers are varints, texts have their length before them.
func (m *member) append(dst []byte) []byte {
	dst = append(dst, memberForm)
	dst = binary.AppendVarint(binary.AppendVarint(dst, m.version), m.epoch)
	dst = binary.BigEndian.AppendUint32(appendText(dst, m.announced), m.tag)
	dst = binary.AppendUvarint(dst, uint64(len(m.bought)))
	for i := range m.bought {
		b := &m.bought[i]
		dst = appendText(appendText(dst, b.PurchaseID), b.SKU)
		dst = binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(dst, int64(b.Rank)), b.From), b.Until)
	}
	return m.voids.append(m.completed.append(dst))
}

func (m monthly) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(m)))
	for i := range m {
		dst = binary.AppendVarint(dst, int64(m[i].month))
		dst = binary.AppendUvarint(dst, uint64(m[i].orders.count()))
		dst = append(dst, m[i].orders...)
	}
	return dst
}

func appendText(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// parse reads what append wrote; the member keeps the state and may change it.
func (m *member) parse(state []byte) error {
	m.size = len(state)
	c := cursor{rest: state}
	if form := c.take(1); form == nil || form[0] != memberForm {
		return errCorrupt
	}
	m.version, m.epoch, m.announced = c.number(), c.number(), c.text()
	if tag := c.take(4); tag != nil {
		m.tag = binary.BigEndian.Uint32(tag)
	}
	if n := c.count(1); n > 0 {
		m.bought = make([]schemas.Membership, n)
	}
	for i := range m.bought {
		m.bought[i] = schemas.Membership{PurchaseID: c.text(), SKU: c.text(), Rank: int(c.number()), From: c.number(), Until: c.number()}
	}
	m.completed, m.voids = c.monthly(), c.monthly()
	if c.short || len(c.rest) > 0 {
		return errCorrupt
	}
	return nil
}

// cursor reads a state from its front; once it is short everything it gives is empty.
type cursor struct {
	rest  []byte
	short bool
}

func (c *cursor) take(n int) []byte {
	if c.short || n > len(c.rest) {
		c.short = true
		return nil
	}
	taken := c.rest[:n:n]
	c.rest = c.rest[n:]
	return taken
}

func (c *cursor) number() int64 {
	n, size := binary.Varint(c.rest)
	if size <= 0 {
		c.short = true
		return 0
	}
	c.rest = c.rest[size:]
	return n
}

// count is a number of things of at least so many bytes, of which there cannot be more than bytes are left.
func (c *cursor) count(each int) int {
	n, size := binary.Uvarint(c.rest)
	if size <= 0 || n > uint64(len(c.rest)/each) {
		c.short = true
		return 0
	}
	c.rest = c.rest[size:]
	return int(n)
}

func (c *cursor) text() string { return string(c.take(c.count(1))) }

func (c *cursor) monthly() monthly {
	n := c.count(1)
	if n == 0 {
		return nil
	}
	m := make(monthly, n)
	for i := range m {
		m[i].month = schemas.Month(c.number())
		m[i].orders = orders(c.take(c.count(orderRow) * orderRow))
	}
	return m
}

// void reports whether an order never counts.
func (m *member) void(order int64) bool {
	_, _, found := m.voids.find(order)
	return found
}

// has reports whether a purchase is known.
func (m *member) has(purchase []byte) bool {
	return slices.ContainsFunc(m.bought, func(b schemas.Membership) bool { return b.PurchaseID == string(purchase) })
}

// counts is how many orders count in a month.
func (m *member) counts(month schemas.Month) int { return m.completed.of(month).count() }

// expire forgets the months before the first that is kept, and what was bought and ended before that.
func (m *member) expire(kept span) {
	if m.completed.before(kept.first) || m.voids.before(kept.first) {
		m.completed, m.voids, m.changed = m.completed.since(kept.first), m.voids.since(kept.first), true
	}
	over := func(b schemas.Membership) bool { return b.Until <= kept.start }
	if slices.ContainsFunc(m.bought, over) {
		m.bought, m.changed = slices.DeleteFunc(m.bought, over), true
	}
}

// empty reports whether nothing is known that another member would not start from.
func (m *member) empty() bool {
	return m.version == 0 && m.due == 0 && len(m.completed) == 0 && len(m.voids) == 0 && len(m.bought) == 0
}
