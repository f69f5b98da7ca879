package schemas

import (
	"encoding/json"
	"strings"
)

// readGeneral is the slow reader of a form, for whatever scan gave up on.
func (f form) readGeneral(c *cells, value []byte) error {
	if err := checkStrict(value, f.known); err != nil {
		return err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(value, &raw); err != nil || raw == nil {
		return &FieldError{CodeBadJSON, "", "not one JSON object"}
	}
	for i := range f {
		text, there := raw[f[i].name]
		delete(raw, f[i].name)
		if !there || string(text) == "null" {
			continue
		}
		c.have = c.have.with(i)
		if err := c.set(i, &f[i], text); err != nil {
			return err
		}
	}
	c.unknown = len(raw)
	return nil
}

// known is name when the form has a field so named, else "".
func (f form) known(name []byte) string {
	if i := f.place(name, 0); i >= 0 {
		return f[i].name
	}
	return ""
}

// set puts one JSON value where it belongs.
func (c *cells) set(place int, f *formField, raw []byte) error {
	isNumber := raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9'
	var err error
	switch {
	case raw[0] == '"' && f.kind != kindInteger:
		var text string
		if err = json.Unmarshal(raw, &text); err != nil {
			return &FieldError{CodeBadJSON, f.name, "not a text"}
		}
		if f.kind == kindText {
			c.texts[place] = []byte(text)
			return nil
		}
		c.numbers[place], err = idOfText(f.name, text)
	case isNumber && f.kind == kindInteger:
		c.numbers[place], err = wholeNumber(f.name, string(raw))
	case isNumber && f.kind == kindID:
		c.numbers[place], err = wholeNumber(f.name, string(raw))
		if err == nil && c.numbers[place] <= 0 {
			err = outOfRange(f.name, notAnID)
		}
	default:
		return &FieldError{CodeWrongType, f.name, wanted(f.kind)}
	}
	return err
}

const notAnID = "not within 1 to 9223372036854775807"

func wanted(k kind) string {
	switch k {
	case kindInteger, kindNumber:
		return "not a number"
	case kindID:
		return "neither a text of digits nor a number"
	case kindText:
	}
	return "not a text"
}

// idOfText reads an id that is a text; an empty one is 0.
func idOfText(name, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	id, ok := parseID([]byte(text))
	if ok {
		return id, nil
	}
	if strings.Trim(strings.TrimPrefix(text, "-"), "0123456789") != "" {
		return 0, &FieldError{CodeWrongType, name, wanted(kindID)}
	}
	return 0, outOfRange(name, notAnID+", without leading zeros")
}
