package printable

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape makes untrusted bytes safe to print on a terminal: printable characters stay, and all
// others are written as escapes: control characters (so no ANSI sequence survives),
// those that turn the direction of writing, those without width, and bytes that are no
// UTF-8, as \xNN. Line ends and tabs are written as \n, \r and \t, and a backslash is doubled, so
// that nothing can be taken for an escape. At most limit bytes are read (0 = all); more says how
// many were left out.
func Escape(raw []byte, limit int) (text string, more int) {
	if limit > 0 && len(raw) > limit {
		cut := limit
		for n := 1; n < utf8.UTFMax && cut > 0 && !utf8.RuneStart(raw[cut]); n++ { // not inside a character
			cut--
		}
		raw, more = raw[:cut], len(raw)-cut
	}
	var b strings.Builder
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		if r == utf8.RuneError && size <= 1 {
			escapeByte(&b, raw[0])
			raw = raw[1:]
			continue
		}
		escapeRune(&b, r)
		raw = raw[size:]
	}
	return b.String(), more
}

func escapeByte(b *strings.Builder, c byte) { fmt.Fprintf(b, `\x%02x`, c) }

func escapeRune(b *strings.Builder, r rune) {
	switch {
	case r == '\\':
		b.WriteString(`\\`)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case shown(r):
		b.WriteRune(r)
	case r < utf8.RuneSelf:
		fmt.Fprintf(b, `\x%02x`, r)
	case r > 0xFFFF:
		fmt.Fprintf(b, `\U%08x`, r)
	default:
		fmt.Fprintf(b, `\u%04x`, r)
	}
}

// shown says whether a character may be printed as it is: one that is seen, or a plain space. Marks
// that pile up on the character before them are shown as what they are, escapes.
func shown(r rune) bool {
	return r == ' ' || unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !invisible(r)
}

// invisible are letters and symbols by category that show nothing.
func invisible(r rune) bool {
	switch r {
	case 0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800: // Hangul fillers, the empty Braille pattern
		return true
	}
	return false
}
