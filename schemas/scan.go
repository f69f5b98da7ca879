package schemas

import "unicode/utf8"

// scanPing is the fast reader of a ping's JSON: one pass, no allocation but for texts with
// escapes. It reads the known fields and a few unknown ones, in any order and spacing.
// Anything unusual (many or deep unknown fields, a wrong type, a fault of any kind) makes
// it give up with false, and decodeGeneral reads the value from the start: what is accepted
// here must be what that one accepts, with the same result. FuzzDecodePing holds the two
// together.
func scanPing(p *Ping, b []byte) (have fieldSet, ok bool) {
	var seen fieldSet
	var unknown unknownKeys
	i := skipSpace(b, 0)
	if i >= len(b) || b[i] != '{' {
		return 0, false
	}
	b, i = b[i:], 0
	inner := skipper{b: b}
	for {
		f, key, end := scanKey(b, skipSpace(b, i+1))
		if end < 0 {
			return 0, false
		}
		i = skipSpace(b, end)
		switch {
		case f == fieldUnknown:
			if !unknown.add(key) {
				return 0, false
			}
			i = inner.value(i, 0)
		case seen.has(f):
			return 0, false
		case isNull(b, i):
			seen = seen.with(f)
			i += len("null")
		default:
			seen, have = seen.with(f), have.with(f)
			i = scanField(p, f, b, i)
		}
		if i < 0 {
			return 0, false
		}
		i = skipSpace(b, i)
		if i >= len(b) {
			return 0, false
		}
		if b[i] == ',' {
			continue
		}
		p.Unknown = unknown.n
		if b[i] != '}' || skipSpace(b, i+1) != len(b) {
			return 0, false
		}
		if object := b[:i+1]; p.isVerbatim(have, seen, object) {
			p.verbatim.object = object
		}
		return have, true
	}
}

// scanField reads the value of a known field at b[i] and returns the index behind it, -1
// when it is not what the field must be.
func scanField(p *Ping, f field, b []byte, i int) int {
	switch f {
	case fieldLat:
		p.verbatim.latFrom = uint16(i)
		p.Lat, i = scanNumber(b, i)
		p.verbatim.latTo = uint16(i)
	case fieldLon:
		p.verbatim.lonFrom = uint16(i)
		p.Lon, i = scanNumber(b, i)
		p.verbatim.lonTo = uint16(i)
	case fieldSpeed:
		p.Speed, i = scanNumber(b, i)
	case fieldHeading:
		p.Heading, i = scanNumber(b, i)
	case fieldAccuracy:
		p.Accuracy, i = scanNumber(b, i)
	case fieldTS:
		p.TS, i = scanInteger(b, i)
	case fieldSeq:
		p.Seq, i = scanInteger(b, i)
	case fieldDriverID, fieldStatus, fieldVehicle, fieldCity, fieldDatum:
		text, end := scanText(b, i)
		if end < 0 || p.setText(f, text) != nil {
			return -1
		}
		return end
	case fieldUnknown, fieldCount:
	}
	return i
}

// scanText reads the string at b[i]; the index behind it is -1 when there is none.
func scanText(b []byte, i int) ([]byte, int) {
	if i >= len(b) || b[i] != '"' {
		return nil, -1
	}
	i++
	var high byte
	for j := i; j < len(b); j++ {
		c := b[j]
		if c == '"' {
			if high >= utf8.RuneSelf && !utf8.Valid(b[i:j]) {
				return nil, -1
			}
			return b[i:j:j], j + 1
		}
		if c == '\\' {
			return scanEscaped(b, i)
		}
		if c < ' ' {
			return nil, -1
		}
		high |= c
	}
	return nil, -1
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

func isNull(b []byte, i int) bool {
	return i < len(b) && b[i] == 'n' && len(b)-i >= 4 && string(b[i:i+4]) == "null"
}
