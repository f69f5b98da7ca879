package printable

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	for raw, want := range map[string]string{
		"plain text":            "plain text",
		`{"a":1}`:               `{"a":1}`,
		"上海 Zürich":             "上海 Zürich",
		"\x1b[31mred\x1b[0m":    `\x1b[31mred\x1b[0m`,
		"a\r\nb\tc":             `a\r\nb\tc`,
		`\x1b`:                  `\\x1b`,
		"\x00\x7f":              `\x00\x7f`,
		"\xff\xfe":              `\xff\xfe`,
		"\u202egnp.exe":         `\u202egnp.exe`,
		"a\u200bb\u2060c\ufeff": `a\u200bb\u2060c\ufeff`,
		"\u009b31m":             `\u009b31m`,
		"\u2028\u00a0":          `\u2028\u00a0`,
		"\U000e0041":            `\U000e0041`,
		"e\u0301":               `e\u0301`,
		"\u3164":                `\u3164`,
		"\ufffd":                "\ufffd",
	} {
		if got, more := Escape([]byte(raw), 0); got != want || more != 0 {
			t.Errorf("%q: %s (%d more), want %s", raw, got, more, want)
		}
	}
}

func TestEscapeCutsBetweenCharacters(t *testing.T) {
	for limit, want := range map[int]string{1: "a", 2: "a", 3: "a", 4: "a上", 5: "a上b"} {
		got, more := Escape([]byte("a上bc"), limit)
		if got != want || more != 6-len(want) {
			t.Errorf("limit %d: %q and %d more, want %q", limit, got, more, want)
		}
	}
	if got, more := Escape([]byte("\xff\xff\xff\xff"), 2); got != `\xff\xff` || more != 2 {
		t.Errorf("no UTF-8: %s, %d", got, more)
	}
}

func FuzzEscape(f *testing.F) {
	f.Add([]byte("\x1b[2J\u202e\xff"), 3)
	f.Fuzz(func(t *testing.T, raw []byte, limit int) {
		if limit < 0 {
			limit = 0
		}
		text, more := Escape(raw, limit)
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || unicode.Is(unicode.Cf, r) || unicode.IsMark(r) }) {
			t.Fatalf("%q is not safe: %q", raw, text)
		}
		if limit > 0 && len(raw)-more > limit || more < 0 || limit > 4 && len(raw) > limit && len(raw)-more < limit-3 {
			t.Fatalf("%q cut at %d: %d left out", raw, limit, more)
		}
	})
}
