package printable

import (
	"strings"
	"unicode/utf8"
)

// Line is a text of ours, in which others' words may stand, on one line: Shown, and rows of white
// space are one space.
func Line(text string) string { return Shown(strings.Join(strings.Fields(text), " ")) }

// Shown writes whatever Escape would not show as an escape. Backslashes stay as they are, so that
// commands stay commands; whether one was written by us cannot be told.
func Shown(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size <= 1:
			escapeByte(&b, text[0])
		case r == '\\':
			b.WriteByte('\\')
		default:
			escapeRune(&b, r)
		}
		text = text[size:]
	}
	return b.String()
}

// Bounded is Escape of a text, with an ellipsis for what is beyond the limit, in bytes.
func Bounded(text string, limit int) string {
	shown, more := Escape([]byte(text), limit)
	if more > 0 {
		shown += "…"
	}
	return shown
}
