package send

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// object writes one flat JSON object, field by field.
type object struct {
	buf  []byte
	time Stamp
}

func (o *object) open() {
	o.buf, o.time = append(o.buf[:0], '{'), Stamp{}
}

func (o *object) close() Record {
	o.buf = append(o.buf, '}')
	return Record{JSON: o.buf, Time: o.time}
}

func (o *object) name(name string) {
	if len(o.buf) > 1 {
		o.buf = append(o.buf, ',')
	}
	o.buf = appendText(o.buf, name)
	o.buf = append(o.buf, ':')
}

func (o *object) text(name, value string) {
	o.name(name)
	o.buf = appendText(o.buf, value)
}

// number writes what is a JSON number as it is, and anything else as text: the gateway
// then says what is wrong with it.
func (o *object) number(name, value string) {
	o.name(name)
	if isNumber(value) {
		o.buf = append(o.buf, value...)
		return
	}
	o.buf = appendText(o.buf, value)
}

// stamp writes an event time as ms, and what is no time as text.
func (o *object) stamp(name, value string) {
	ms, ok := parseTime(value)
	if !ok {
		o.text(name, value)
		return
	}
	o.name(name)
	from := len(o.buf)
	o.buf = strconv.AppendInt(o.buf, ms, 10)
	o.time = Stamp{MS: ms, From: from, To: len(o.buf)}
}

// isNumber follows JSON, which has no leading zeros, plus signs or bare points.
func isNumber(s string) bool {
	if s == "" || (s[0] != '-' && (s[0] < '0' || s[0] > '9')) {
		return false
	}
	return json.Valid([]byte(s))
}

// secondsBelow tells seconds from ms: below it a number of seconds reaches the year 5138,
// above it a number of ms begins in 1973.
const secondsBelow = 1e11

// parseTime reads RFC 3339, the same with a space and without a zone (UTC), seconds with or
// without a fraction, and ms.
func parseTime(s string) (int64, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if n < secondsBelow && n > -secondsBelow {
			n *= 1000
		}
		return n, true
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		if f < secondsBelow && f > -secondsBelow {
			return int64(f * 1000), true
		}
		return 0, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
			return t.UnixMilli(), true
		}
	}
	return 0, false
}

// appendText quotes s. Bytes that are not UTF-8 stay as they are: the gateway refuses them by name.
func appendText(buf []byte, s string) []byte {
	const digits = "0123456789abcdef"
	buf = append(buf, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			buf = append(buf, '\\', c)
		case c < ' ':
			buf = append(buf, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			buf = append(buf, c)
		}
	}
	return append(buf, '"')
}

// withoutBOM drops the byte order mark that some programs begin a file with.
func withoutBOM(s string) string {
	if r, n := utf8.DecodeRuneInString(s); r == '\uFEFF' {
		return s[n:]
	}
	return s
}
