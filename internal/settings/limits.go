package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// limits are what a setting may be, as its tags say: `range:"1ms..10m"` or `range:"0|1s..10m"`
// (zero, or within) of a number, duration or size; `oneOf:"lz4|none"` of a text.
type limits struct {
	low, high         float64
	lowText, highText string
	zero              bool // is allowed beside them
	words             []string
}

// limitsOf reads the tags. One that cannot be read is a mistake of this program.
func limitsOf(kind, within, oneOf string) limits {
	var l limits
	if oneOf != "" {
		l.words = strings.Split(oneOf, "|")
	}
	if within == "" {
		return l
	}
	within, l.zero = strings.CutPrefix(within, "0|")
	var both bool
	l.lowText, l.highText, both = strings.Cut(within, "..")
	low, lowErr := amount(kind, l.lowText)
	high, highErr := amount(kind, l.highText)
	if err := errors.Join(lowErr, highErr); err != nil || !both || low > high {
		panic(fmt.Sprintf("settings: range %q: %v", within, err))
	}
	l.low, l.high = low, high
	return l
}

// amount reads what a limit is compared with.
func amount(kind, text string) (float64, error) {
	switch kind {
	case kindDuration:
		d, err := parseDuration(text)
		return float64(d), err
	case kindSize:
		size, err := ParseSize(text)
		return float64(size), err
	}
	return parseFloat(text)
}

// String is how the reference prints them, "" when there are none.
func (l limits) String() string {
	switch {
	case len(l.words) > 0:
		return strings.Join(l.words, ", ")
	case l.highText == "":
		return ""
	case l.zero:
		return "0, or " + l.lowText + " to " + l.highText
	}
	return l.lowText + " to " + l.highText
}

// checkAmount refuses a number outside; text is how the operator wrote it.
func (l limits) checkAmount(n float64, text string) error {
	switch {
	case l.highText == "" && n < 0:
		return fmt.Errorf("%s: must not be negative", text)
	case l.highText == "", l.zero && n == 0, l.low <= n && n <= l.high:
		return nil
	}
	return fmt.Errorf("%s is out of range: write %s", text, l)
}

// checkWord refuses a text that is none of the words. An empty one is no choice at all.
func (l limits) checkWord(text string) error {
	if len(l.words) == 0 || text == "" || slices.Contains(l.words, text) {
		return nil
	}
	return fmt.Errorf("%q is none of %s", text, l)
}
