package schemas

import "strconv"

// number is a JSON number taken apart: ±mantissa × 10^exponent, followed by an e part when
// scientific. The mantissa is exact unless it has more than maxDigits digits (long).
type number struct {
	mantissa   uint64
	exponent   int
	end        int // index behind it, -1 when it is not a JSON number
	negative   bool
	fraction   bool // has a '.'
	scientific bool // has an 'e'
	long       bool
}

const (
	maxDigits    = 18      // of a mantissa that surely fits 64 bits
	exactInteger = 1 << 53 // below it every integer is a float64
)

// powersOfTen are those that a float64 holds exactly.
var powersOfTen = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22} //nolint:gochecknoglobals // a constant table

// scanNumber reads a number at b[i]. One division of two exact values rounds once, so the
// short way gives what strconv gives.
func scanNumber(b []byte, i int) (float64, int) {
	n := scanDigits(b, i)
	if n.end < 0 {
		return 0, -1
	}
	if n.scientific || n.long || n.mantissa >= exactInteger || -n.exponent >= len(powersOfTen) {
		value, err := strconv.ParseFloat(string(b[i:n.end]), 64)
		if err != nil {
			return 0, -1
		}
		return value, n.end
	}
	value := float64(n.mantissa) / powersOfTen[-n.exponent]
	if n.negative {
		value = -value
	}
	return value, n.end
}

// scanInteger reads a number without fraction or exponent at b[i].
func scanInteger(b []byte, i int) (int64, int) {
	n := scanDigits(b, i)
	if n.end < 0 || n.fraction || n.scientific || n.long {
		return 0, -1
	}
	if n.negative {
		return -int64(n.mantissa), n.end //nolint:gosec // at most 18 digits
	}
	return int64(n.mantissa), n.end //nolint:gosec // at most 18 digits
}

// scanDigits takes the number at b[i] apart.
func scanDigits(b []byte, i int) number {
	n := number{end: -1}
	if i < len(b) && b[i] == '-' {
		n.negative = true
		i++
	}
	first, zero := i, i < len(b) && b[i] == '0'
	for i < len(b) && b[i]-'0' <= 9 {
		n.mantissa = n.mantissa*10 + uint64(b[i]-'0')
		i++
	}
	digits := i - first
	if digits == 0 || zero && digits > 1 {
		return n
	}
	if i < len(b) && b[i] == '.' {
		i++
		point := i
		for i < len(b) && b[i]-'0' <= 9 {
			n.mantissa = n.mantissa*10 + uint64(b[i]-'0')
			i++
		}
		if i == point {
			return n
		}
		n.fraction, n.exponent = true, point-i
		digits += i - point
	}
	n.long = digits > maxDigits
	if i < len(b) && b[i]|0x20 == 'e' {
		n.scientific = true
		if i = skipExponent(b, i+1); i < 0 {
			return n
		}
	}
	n.end = i
	return n
}

// skipExponent returns the index behind the sign and digits at b[i], -1 without digits.
func skipExponent(b []byte, i int) int {
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
