package schemas

import (
	"unicode"
	"unicode/utf8"
)

// checkTime refuses a moment that no good clock says.
func checkTime(name string, ms int64) error {
	if ms < MinTS || ms >= MaxTS {
		return outOfRange(name, "not ms since 1970 of the years 2000 to 2099")
	}
	return nil
}

// checkProse is checkText for what people write: longer, and with line breaks and tabs.
func checkProse(name string, text []byte) error {
	if len(text) > MaxOrderText {
		return &FieldError{CodeTooLong, name, "longer than 4096 bytes"}
	}
	if !utf8.Valid(text) {
		return &FieldError{CodeBadUTF8, name, "not UTF-8"}
	}
	for _, r := range string(text) {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return &FieldError{CodeBadUTF8, name, "a control character"}
		}
	}
	return nil
}
