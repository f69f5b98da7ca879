package schemas

import "strconv"

const (
	maxDigits    = 18      // of a mantissa that surely fits 64 bits
	exactInteger = 1 << 53 // below it every integer is a float64
)

// powersOfTen are those that a float64 holds exactly.
var powersOfTen = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22} //nolint:gochecknoglobals // a constant table

// scanNumber reads a number at b[i].
func scanNumber(b []byte, i int) (float64, int) {
	start, negative := i, false
	if i < len(b) && b[i] == '-' {
		negative = true
		i++
	}
	first := i
	var mantissa uint64
	for i < len(b) && b[i]-'0' <= 9 {
		mantissa = mantissa*10 + uint64(b[i]-'0')
		i++
	}
	digits, decimals := i-first, 0
	if digits == 0 || digits > 1 && b[first] == '0' {
		return 0, -1
	}
	if i < len(b) && b[i] == '.' {
		i++
		point := i
		for i < len(b) && b[i]-'0' <= 9 {
			mantissa = mantissa*10 + uint64(b[i]-'0')
			i++
		}
		if decimals = i - point; decimals == 0 {
			return 0, -1
		}
	}
	if digits+decimals > maxDigits || mantissa >= exactInteger || i < len(b) && b[i]|0x20 == 'e' {
		return scanLongNumber(b, start, i)
	}
	// Both are exact and the division rounds once: this is what strconv gives.
	value := float64(mantissa) / powersOfTen[decimals]
	if negative {
		value = -value
	}
	return value, i
}

// scanLongNumber reads the number that starts at b[start] and has its exponent, if any, at
// b[i].
func scanLongNumber(b []byte, start, i int) (float64, int) {
	if i = skipExponent(b, i); i < 0 {
		return 0, -1
	}
	value, err := strconv.ParseFloat(string(b[start:i]), 64)
	if err != nil {
		return 0, -1
	}
	return value, i
}

// scanInteger reads a number without fraction or exponent at b[i].
func scanInteger(b []byte, i int) (int64, int) {
	negative := i < len(b) && b[i] == '-'
	if negative {
		i++
	}
	first := i
	var value int64
	for i < len(b) && b[i]-'0' <= 9 {
		value = value*10 + int64(b[i]-'0')
		i++
	}
	digits := i - first
	if digits == 0 || digits > maxDigits || digits > 1 && b[first] == '0' {
		return 0, -1
	}
	if i < len(b) && (b[i] == '.' || b[i]|0x20 == 'e') {
		return 0, -1
	}
	if negative {
		value = -value
	}
	return value, i
}

// skipExponent returns the index behind the exponent at b[i], i when there is none, -1 when
// it has no digits.
func skipExponent(b []byte, i int) int {
	if i >= len(b) || b[i]|0x20 != 'e' {
		return i
	}
	i++
	if i < len(b) && (b[i] == '+' || b[i] == '-') {
		i++
	}
	first := i
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	if i == first {
		return -1
	}
	return i
}
