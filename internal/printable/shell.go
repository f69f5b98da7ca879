package printable

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// plainWord are the characters that no shell gives a meaning, anywhere in a word.
const plainWord = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,-"

// Word is text as one word of a POSIX shell's command line, whatever it holds. It is printable,
// and the same after Line: what cannot be shown, and every space beside another, is written as
// an octal escape of a $'…' word, which bash, zsh, ksh and POSIX of 2024 know.
func Word(text string) string {
	switch {
	case text != "" && strings.Trim(text, plainWord) == "":
		return text
	case asItIs(text):
		return "'" + text + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for _, c := range []byte(text) {
		if c > ' ' && c < utf8.RuneSelf-1 && c != '\'' && c != '\\' {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, `\%03o`, c)
	}
	return b.String() + "'"
}

// asItIs says whether a text may stand between single quotes.
func asItIs(text string) bool {
	return !strings.ContainsAny(text, `'\`) && Line(text) == text
}
