package schemas

import (
	"encoding/binary"
	"errors"
)

// LevelEvent is what an order event or a purchase means to a store of member state: the body of a
// pipelines.Write of order-levels and purchase-levels. Byte slices alias the body.
type LevelEvent struct {
	Kind     LevelKind
	Order    int64  // complete, void and forget: the order id
	Month    Month  // complete and void: the business month of At
	Second   int32  // complete and void: whole seconds of At since that month began
	At       int64  // ms since 1970 UTC
	Purchase []byte // purchase: its id
	SKU      []byte // purchase: the product
	Rank     int8   // purchase: of the level that it gives
	Until    int64  // purchase: when that ends, ms, exclusive
}

// LevelKind is what an event does to a member's state.
type LevelKind uint8

// The kinds. The zero value is none of them.
const (
	LevelUnset    LevelKind = iota
	LevelComplete           // an order counts
	LevelVoid               // an order does not count, whatever else is said of it
	LevelPurchase           // a paid level
	LevelIgnore             // nothing but that its offset has passed
	// Two kinds are for repairs alone: a store takes them from no partition.
	LevelForget // nothing is known of an order any more, not even a tombstone; in one batch with no other event of that order
	LevelSay    // the level is announced once more, whatever was announced last
)

// LevelTally counts events by their kind.
type LevelTally [LevelSay + 1]int

// String is a word for people.
func (k LevelKind) String() string {
	switch k {
	case LevelComplete:
		return "complete"
	case LevelVoid:
		return "void"
	case LevelPurchase:
		return "purchase"
	case LevelIgnore:
		return "ignore"
	case LevelForget:
		return "forget"
	case LevelSay:
		return "say"
	case LevelUnset:
	}
	return ""
}

// AppendLevelEvent appends the compact form of e: the kind, At, then what that kind needs, numbers as
// varints and texts behind their length. What the kind does not need is left out.
func AppendLevelEvent(dst []byte, e *LevelEvent) []byte {
	dst = binary.AppendVarint(append(dst, byte(e.Kind)), e.At)
	switch e.Kind {
	case LevelComplete, LevelVoid:
		dst = binary.AppendVarint(dst, e.Order)
		dst = binary.AppendVarint(dst, int64(e.Month))
		dst = binary.AppendVarint(dst, int64(e.Second))
	case LevelPurchase:
		dst = append(binary.AppendUvarint(dst, uint64(len(e.Purchase))), e.Purchase...)
		dst = append(binary.AppendUvarint(dst, uint64(len(e.SKU))), e.SKU...)
		dst = append(dst, byte(e.Rank))
		dst = binary.AppendVarint(dst, e.Until)
	case LevelForget:
		dst = binary.AppendVarint(dst, e.Order)
	case LevelIgnore, LevelSay, LevelUnset:
	}
	return dst
}

// ParseLevelEvent reads what AppendLevelEvent wrote into e, which it resets first; all of body, and
// nothing else. After an error e is not to be used.
func ParseLevelEvent(body []byte, e *LevelEvent) error {
	*e = LevelEvent{}
	if len(body) == 0 || body[0] == byte(LevelUnset) || body[0] > byte(LevelSay) {
		return errors.New("reading a level event: of no known kind")
	}
	e.Kind = LevelKind(body[0])
	r := eventReader{rest: body[1:], ok: true}
	e.At = r.number()
	switch e.Kind {
	case LevelComplete, LevelVoid:
		e.Order = r.number()
		e.Month = Month(r.number())
		e.Second = int32(r.number())
	case LevelPurchase:
		e.Purchase, e.SKU = r.text(), r.text()
		e.Rank = int8(r.octet())
		e.Until = r.number()
	case LevelForget:
		e.Order = r.number()
	case LevelIgnore, LevelSay, LevelUnset:
	}
	if !r.ok || len(r.rest) > 0 {
		return errors.New("reading a level event: cut short, or more than one")
	}
	return nil
}

// eventReader takes one part after the other; once a part is missing all others are.
type eventReader struct {
	rest []byte
	ok   bool
}

func (r *eventReader) number() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.ok, r.rest = false, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *eventReader) text() []byte {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > uint64(len(r.rest)-size) {
		r.ok, r.rest = false, nil
		return nil
	}
	text := r.rest[size : size+int(n) : size+int(n)]
	r.rest = r.rest[size+int(n):]
	return text
}

func (r *eventReader) octet() byte {
	if len(r.rest) == 0 {
		r.ok = false
		return 0
	}
	c := r.rest[0]
	r.rest = r.rest[1:]
	return c
}
