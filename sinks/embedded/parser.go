package embedded

import (
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"
)

// parser reads the values of a flat JSON document, one pass, without allocation for what is usual.
type parser struct {
	b []byte
	i int
}

// skip passes over white space and returns the byte that follows, 0 at the end.
func (p *parser) skip() byte {
	for p.i < len(p.b) {
		switch c := p.b[p.i]; c {
		case ' ', '\t', '\r', '\n':
			p.i++
		default:
			return c
		}
	}
	return 0
}

// lit passes over one byte when it is next.
func (p *parser) lit(c byte) bool {
	if p.i < len(p.b) && p.b[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *parser) null() bool {
	if len(p.b)-p.i >= 4 && string(p.b[p.i:p.i+4]) == "null" {
		p.i += 4
		return true
	}
	return false
}

// text reads a string; it aliases the document unless it had escapes.
func (p *parser) text() ([]byte, bool) {
	if !p.lit('"') {
		return nil, false
	}
	start, escaped := p.i, false
	var high byte
	for ; p.i < len(p.b); p.i++ {
		c := p.b[p.i]
		switch {
		case c == '"':
			raw := p.b[start:p.i]
			p.i++
			if high >= utf8.RuneSelf && !utf8.Valid(raw) {
				return nil, false
			}
			if escaped {
				return unescaped(p.b[start-1 : p.i])
			}
			return raw, true
		case c == '\\':
			escaped = true
			p.i++ // the next byte is part of the escape, a quote too
		case c < ' ':
			return nil, false
		}
		high |= c
	}
	return nil, false
}

// unescaped reads a string with its quotes.
func unescaped(quoted []byte) ([]byte, bool) {
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return nil, false
	}
	return []byte(text), true
}

// integer reads a number without fraction or exponent that fits 64 bits.
func (p *parser) integer() (int64, bool) {
	start := p.i
	digits, whole := p.digits()
	if !whole || digits == 0 {
		return 0, false
	}
	const sure = 18 // digits that fit
	if digits > sure {
		value, err := strconv.ParseInt(string(p.b[start:p.i]), 10, 64)
		return value, err == nil
	}
	var value int64
	negative := p.b[start] == '-'
	for _, c := range p.b[start:p.i] {
		if c != '-' {
			value = value*10 + int64(c-'0')
		}
	}
	if negative {
		value = -value
	}
	return value, true
}

// digits passes over the whole part of a number with its sign, and says whether nothing else belongs to it.
func (p *parser) digits() (n int, whole bool) {
	p.lit('-')
	first := p.i
	for p.i < len(p.b) && p.b[p.i]-'0' <= 9 {
		p.i++
	}
	n = p.i - first
	if n > 1 && p.b[first] == '0' {
		return 0, false
	}
	return n, p.i >= len(p.b) || p.b[p.i] != '.' && p.b[p.i]|0x20 != 'e'
}

// number reads a finite number.
func (p *parser) number() (float64, bool) {
	start := p.i
	n, whole := p.digits()
	if n == 0 {
		return 0, false
	}
	decimals, plain := 0, true
	if !whole && p.lit('.') {
		first := p.i
		for p.i < len(p.b) && p.b[p.i]-'0' <= 9 {
			p.i++
		}
		if decimals = p.i - first; decimals == 0 {
			return 0, false
		}
	}
	if p.i < len(p.b) && p.b[p.i]|0x20 == 'e' {
		if plain = false; !p.exponent() {
			return 0, false
		}
	}
	if plain && n+decimals <= exactDigits {
		return shortNumber(p.b[start:p.i], decimals), true
	}
	value, err := strconv.ParseFloat(string(p.b[start:p.i]), 64)
	return value, err == nil && !math.IsInf(value, 0)
}

func (p *parser) exponent() bool {
	p.i++
	if !p.lit('+') {
		p.lit('-')
	}
	first := p.i
	for p.i < len(p.b) && p.b[p.i]-'0' <= 9 {
		p.i++
	}
	return p.i > first
}

// exactDigits is how many digits make an integer below 2^53, which a float64 holds exactly.
const exactDigits = 15

var powersOfTen = [exactDigits + 1]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15} //nolint:gochecknoglobals // a constant table

// shortNumber is the value of at most exactDigits digits: two exact numbers and one
// division, which rounds once, as strconv does.
func shortNumber(digits []byte, decimals int) float64 {
	var mantissa int64
	for _, c := range digits {
		if c != '-' && c != '.' {
			mantissa = mantissa*10 + int64(c-'0')
		}
	}
	value := float64(mantissa) / powersOfTen[decimals]
	if digits[0] == '-' {
		value = -value
	}
	return value
}
