package schemas

import (
	"encoding/json"
	"math"
	"strconv"
)

// decodeGeneral is the slow reader of a ping's JSON, for whatever scanPing gave up on.
func decodeGeneral(p *Ping, value []byte) error {
	p.reset()
	if err := checkStrict(value, pingField); err != nil {
		return err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(value, &raw); err != nil || raw == nil {
		return &FieldError{CodeBadJSON, "", "not one JSON object"}
	}
	var have fieldSet
	for f := fieldDriverID; f < fieldCount; f++ {
		text, there := raw[f.name()]
		delete(raw, f.name())
		if !there || string(text) == "null" {
			continue
		}
		have = have.with(f)
		if err := setGeneral(p, f, text); err != nil {
			return err
		}
	}
	p.Unknown = len(raw)
	return p.finish(have)
}

// setGeneral puts one JSON value where it belongs.
func setGeneral(p *Ping, f field, raw []byte) error {
	if f.kind() == kindText {
		if raw[0] != '"' {
			return &FieldError{CodeWrongType, f.name(), "not a text"}
		}
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return &FieldError{CodeBadJSON, f.name(), "not a text"}
		}
		return p.setText(f, []byte(text))
	}
	if raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return &FieldError{CodeWrongType, f.name(), "not a number"}
	}
	if f.kind() == kindInteger {
		value, err := wholeNumber(f.name(), string(raw))
		p.setInteger(f, value)
		return err
	}
	value, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return outOfRange(f.name(), "no 64-bit number holds it")
	}
	p.setNumber(f, value)
	return nil
}

// wholeNumber reads a number that is an integer, however it is written: 1.79e12 is one.
func wholeNumber(name, text string) (int64, error) {
	if value, err := strconv.ParseInt(text, 10, 64); err == nil {
		return value, nil
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(value) >= exactInteger {
		return 0, outOfRange(name, "no 64-bit integer holds it")
	}
	if value != math.Trunc(value) {
		return 0, &FieldError{CodeWrongType, name, "not an integer"}
	}
	return int64(value), nil
}
