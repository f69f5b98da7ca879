package schemas

import (
	"unicode/utf16"
	"unicode/utf8"
)

// scanEscaped reads a string with escapes whose first byte behind the quote is b[i]. It
// allocates the text. The index behind the string is -1 when it is not one, a lone
// surrogate included.
func scanEscaped(b []byte, i int) ([]byte, int) {
	start := i
	var text []byte
	for i < len(b) {
		c := b[i]
		switch {
		case c == '"':
			if !utf8.Valid(b[start:i]) {
				return nil, -1
			}
			return text, i + 1
		case c < ' ':
			return nil, -1
		case c != '\\':
			text = append(text, c)
			i++
		default:
			r, end := scanEscape(b, i+1)
			if end < 0 {
				return nil, -1
			}
			text = utf8.AppendRune(text, r)
			i = end
		}
	}
	return nil, -1
}

// scanEscape reads what follows a backslash at b[i].
func scanEscape(b []byte, i int) (rune, int) {
	if i >= len(b) {
		return 0, -1
	}
	switch b[i] {
	case '"', '\\', '/':
		return rune(b[i]), i + 1
	case 'b':
		return '\b', i + 1
	case 'f':
		return '\f', i + 1
	case 'n':
		return '\n', i + 1
	case 'r':
		return '\r', i + 1
	case 't':
		return '\t', i + 1
	case 'u':
		return scanUnicode(b, i+1)
	}
	return 0, -1
}

// scanUnicode reads the digits behind \u at b[i], and the second half of a pair.
func scanUnicode(b []byte, i int) (rune, int) {
	r, ok := scanHex(b, i)
	if !ok {
		return 0, -1
	}
	if !utf16.IsSurrogate(r) {
		return r, i + 4
	}
	if len(b)-i < 10 || b[i+4] != '\\' || b[i+5] != 'u' {
		return 0, -1
	}
	low, ok := scanHex(b, i+6)
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, -1
	}
	return r, i + 10
}

// scanHex reads four hexadecimal digits.
func scanHex(b []byte, i int) (rune, bool) {
	if len(b)-i < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[i : i+4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
