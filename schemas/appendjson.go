package schemas

import (
	"math"
	"strconv"
	"unicode/utf8"
)

const (
	fixedDecimals = 7 // of a degree: 1 cm, what receivers send
	fixedUnit     = 10_000_000
	// mostFixed is where floats begin to lie further apart than seven decimals: of several texts that read back as one of
	// them, only the nearest is its own.
	mostFixed = 1 << 29
)

// appendFloat appends the shortest decimal that reads back as the very same float64, in
// JSON's grammar. x must be finite.
func appendFloat(dst []byte, x float64) []byte {
	if math.Signbit(x) {
		dst = append(dst, '-')
		x = -x
	}
	if x >= mostFixed {
		return appendAnyFloat(dst, x)
	}
	n := uint64(x*fixedUnit + 0.5)
	// n/1e7 is one exact division, as in scanNumber: when it gives x, n's digits are x's.
	if float64(n)/fixedUnit != x {
		return appendAnyFloat(dst, x)
	}
	dst = strconv.AppendUint(dst, n/fixedUnit, 10)
	rest := n % fixedUnit
	if rest == 0 {
		return dst
	}
	var digits [1 + fixedDecimals]byte
	digits[0] = '.'
	last := 0
	for i := fixedDecimals; i > 0; i-- {
		digits[i] = byte('0' + rest%10)
		if last == 0 && digits[i] != '0' {
			last = i
		}
		rest /= 10
	}
	return append(dst, digits[:last+1]...)
}

// appendAnyFloat is appendFloat for a number of more decimals or of an odd size.
func appendAnyFloat(dst []byte, x float64) []byte {
	if x != 0 && (x < 1e-6 || x >= 1e21) {
		return strconv.AppendFloat(dst, x, 'e', -1, 64)
	}
	return strconv.AppendFloat(dst, x, 'f', -1, 64)
}

// appendText appends text as a JSON string; bytes that are not UTF-8 become U+FFFD.
func appendText(dst, text []byte) []byte {
	dst = append(dst, '"')
	for i, c := range text {
		if c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			dst = append(dst, text[:i]...)
			return append(appendEscaped(dst, text[i:]), '"')
		}
	}
	dst = append(dst, text...)
	return append(dst, '"')
}

// appendQuoted is appendText for a string.
func appendQuoted(dst []byte, text string) []byte { return appendText(dst, []byte(text)) }

// appendEscaped appends the inside of a JSON string.
func appendEscaped(dst, text []byte) []byte {
	const hex = "0123456789abcdef"
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, size := utf8.DecodeRune(text[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		}
		i++
	}
	return dst
}
