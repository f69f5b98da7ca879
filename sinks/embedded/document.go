package embedded

import (
	"math"
	"unicode/utf8"
)

// What is wrong with a document, in Elasticsearch's words.
const (
	reasonUnknownField = "strict_dynamic_mapping_exception"
	reasonBadDocument  = "document_parsing_exception"
)

// reading is what a store wants to know of a document; the rest is only checked.
type reading struct {
	hasTS  bool
	ts     int64
	driver *driver // nil when nobody asks where it is
}

// read checks a document against the shape and takes from it what the reading wants. It returns the reason to
// refuse it, "" when there is none.
//
// It is narrower than Elasticsearch, which takes the text "31.2" for a number and a list of values for
// a value: no reader of ours could read those back. What sluice writes passes both.
func (s shape) read(body []byte, r *reading) string {
	p := parser{b: body}
	if p.skip() != '{' {
		return reasonBadDocument
	}
	p.i++
	if p.skip() == '}' {
		return p.end()
	}
	var seen uint64
	for {
		name, ok := p.text()
		if !ok || p.skip() != ':' {
			return reasonBadDocument
		}
		p.i++
		f, known := s[string(name)]
		if !known {
			return reasonUnknownField
		}
		if seen&f.bit != 0 {
			return reasonBadDocument
		}
		seen |= f.bit
		if p.skip(); !p.field(f.kind, name, r) {
			return reasonBadDocument
		}
		switch p.skip() {
		case ',':
			p.i++
			p.skip()
		case '}':
			return p.end()
		default:
			return reasonBadDocument
		}
	}
}

// field reads one value; a null is an absent one.
func (p *parser) field(k kind, name []byte, r *reading) bool {
	if p.null() {
		return true
	}
	switch k {
	case kindText:
		text, ok := p.text()
		if ok && r.driver != nil {
			r.driver.setText(name, text)
		}
		return ok
	case kindInteger:
		value, ok := p.integer()
		if ok {
			r.setInteger(name, value)
		}
		return ok
	case kindNumber:
		value, ok := p.number()
		if ok && r.driver != nil {
			r.driver.setNumber(name, value)
		}
		return ok
	case kindPoint:
		return p.point()
	}
	return false
}

func (r *reading) setInteger(name []byte, value int64) {
	if string(name) == "ts" {
		r.hasTS, r.ts = true, value
	}
	if r.driver != nil {
		r.driver.setInteger(name, value)
	}
}

// point reads [longitude, latitude]. The exact coordinates are in lat and lon; this form is
// for a geo index, so only its bounds matter.
func (p *parser) point() bool {
	if !p.lit('[') {
		return false
	}
	p.skip()
	lon, ok := p.number()
	if p.skip(); !ok || !p.lit(',') {
		return false
	}
	p.skip()
	lat, ok := p.number()
	p.skip()
	return ok && p.lit(']') && math.Abs(lon) <= 180 && math.Abs(lat) <= 90
}

// end accepts the last brace with nothing but space behind it.
func (p *parser) end() string {
	p.i++
	if p.skip(); p.i != len(p.b) {
		return reasonBadDocument
	}
	return ""
}

// unfit says why a write can never be kept, "" when it can; the words are Elasticsearch's sink's.
func unfit(key, body []byte) string {
	switch {
	case len(key) == 0:
		return "no_id"
	case len(key) > maxIDBytes:
		return "id_too_long"
	case !utf8.Valid(key):
		return "bad_id"
	case len(body) == 0:
		return "empty_body"
	case len(body) > maxBodyBytes:
		return "too_large"
	}
	return ""
}

// The bounds of a write. Elasticsearch has the same for ids; the other is its sink's default for a whole request.
const (
	maxIDBytes   = 512
	maxBodyBytes = 8 << 20
)
