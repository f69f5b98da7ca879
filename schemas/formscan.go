package schemas

import "math"

// scan is the fast reader of a form: one pass, no allocation but for texts with escapes. Anything unusual
// makes it give up with false, and readGeneral reads the value from the start: what is accepted here must
// be what that one accepts, with the same result. FuzzDecodeOrder holds the two together.
func (f form) scan(c *cells, b []byte) bool {
	var seen placeSet
	var unknown unknownKeys
	i := skipSpace(b, 0)
	if i >= len(b) || b[i] != '{' {
		return false
	}
	inner := skipper{b: b}
	for next := 0; ; {
		name, end := scanText(b, skipSpace(b, i+1))
		if end < 0 {
			return false
		}
		if end = skipSpace(b, end); end >= len(b) || b[end] != ':' {
			return false
		}
		i = skipSpace(b, end+1)
		place := f.place(name, next)
		switch {
		case place < 0:
			if !unknown.add(name) {
				return false
			}
			i = inner.value(i, 0)
		case seen.has(place):
			return false
		case isNull(b, i):
			seen, next = seen.with(place), place+1
			i += len("null")
		default:
			seen, next = seen.with(place), place+1
			c.have = c.have.with(place)
			i = c.scan(place, f[place].kind, b, i)
		}
		if i < 0 {
			return false
		}
		if i = skipSpace(b, i); i >= len(b) {
			return false
		}
		if b[i] == ',' {
			continue
		}
		c.unknown = unknown.n
		return b[i] == '}' && skipSpace(b, i+1) == len(b)
	}
}

// scan reads the value of a known field at b[i] and returns the index behind it, -1 when it is not what
// the field must be.
func (c *cells) scan(place int, k kind, b []byte, i int) int {
	switch k {
	case kindText:
		c.texts[place], i = scanText(b, i)
	case kindInteger:
		c.numbers[place], i = scanInteger(b, i)
	case kindID:
		c.numbers[place], i = scanID(b, i)
	case kindNumber:
		return -1 // no form has one
	}
	return i
}

// scanID reads an id at b[i], a text of digits or a number without fraction or exponent.
func scanID(b []byte, i int) (int64, int) {
	var digits []byte
	if i < len(b) && b[i] == '"' {
		if digits, i = scanText(b, i); i < 0 {
			return 0, -1
		}
	} else {
		first := i
		for i < len(b) && b[i]-'0' <= 9 {
			i++
		}
		if i < len(b) && (b[i] == '.' || b[i]|0x20 == 'e') {
			return 0, -1
		}
		digits = b[first:i]
	}
	id, ok := parseID(digits)
	if !ok {
		return 0, -1
	}
	return id, i
}

// maxIDDigits is how many digits a 63-bit number has at most.
const maxIDDigits = 19

// parseID reads an id above 0 of 63 bits: digits without leading zeros.
func parseID(digits []byte) (int64, bool) {
	if len(digits) == 0 || len(digits) > maxIDDigits || digits[0] == '0' {
		return 0, false
	}
	var id uint64
	for _, c := range digits {
		if c-'0' > 9 {
			return 0, false
		}
		id = id*10 + uint64(c-'0')
	}
	return int64(id), id <= math.MaxInt64
}
