package schemas

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// The shape of a JSON record.
const (
	MaxDepth       = 20 // objects and arrays within each other, the record itself included
	MaxUnknownKeys = 64 // that the schema does not know, of all its objects together
)

// checkStrict refuses what encoding/json passes in silence: bad UTF-8, lone surrogates,
// duplicate keys; and records too deep or with too many unknown keys. known is the name of a field that
// the schema has, "" of any other.
func checkStrict(value []byte, known func(name []byte) string) error {
	if !utf8.Valid(value) {
		return &FieldError{CodeBadUTF8, "", "not UTF-8"}
	}
	if !json.Valid(value) {
		return &FieldError{CodeBadJSON, "", "not valid JSON"}
	}
	if loneSurrogate(value) {
		return &FieldError{CodeBadUTF8, "", "a lone surrogate"}
	}
	return checkShape(value, known)
}

// level is one open object or array.
type level struct {
	object  bool
	keys    map[string]struct{} // made for the first one: an object may be empty
	isValue bool                // the next token of an object is a value
}

// checkShape walks the tokens of valid JSON.
func checkShape(value []byte, known func(name []byte) string) error {
	tokens := json.NewDecoder(bytes.NewReader(value))
	tokens.UseNumber() // a number too large for a float64 is not this function's matter
	var open []level
	unknown := 0
	for {
		token, err := tokens.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &FieldError{CodeBadJSON, "", "not valid JSON"}
		}
		top := len(open) - 1
		if name, isText := token.(string); isText && top >= 0 && open[top].object && !open[top].isValue {
			if top > 0 || known([]byte(name)) == "" {
				unknown++
			}
			if unknown > MaxUnknownKeys {
				return &FieldError{CodeManyKeys, "", "more than 64 unknown keys"}
			}
			if _, twice := open[top].keys[name]; twice {
				return &FieldError{CodeDuplicate, known([]byte(name)), "a key that comes twice"}
			}
			if open[top].keys == nil {
				open[top].keys = map[string]struct{}{}
			}
			open[top].keys[name] = struct{}{}
			open[top].isValue = true
			continue
		}
		if top >= 0 {
			open[top].isValue = false
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{object: true})
		case json.Delim('['):
			open = append(open, level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:top]
		}
		if len(open) > MaxDepth {
			return &FieldError{CodeTooLarge, "", "deeper than 20"}
		}
	}
}

// loneSurrogate finds a \u escape of half a character in valid JSON.
func loneSurrogate(value []byte) bool {
	for i := 0; i < len(value); i++ {
		if value[i] != '\\' {
			continue
		}
		i++
		if value[i] != 'u' {
			continue
		}
		unit := hex4(value[i+1 : i+5])
		i += 4
		if unit < 0xd800 || unit > 0xdfff {
			continue
		}
		if unit >= 0xdc00 || len(value)-i <= 6 || value[i+1] != '\\' || value[i+2] != 'u' {
			return true
		}
		if low := hex4(value[i+3 : i+7]); low < 0xdc00 || low > 0xdfff {
			return true
		}
		i += 6
	}
	return false
}

// hex4 reads four hexadecimal digits.
func hex4(digits []byte) int {
	value := 0
	for _, c := range digits {
		switch {
		case c <= '9':
			value = value<<4 | int(c-'0')
		default:
			value = value<<4 | int(c|0x20-'a'+10)
		}
	}
	return value
}
