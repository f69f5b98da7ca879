package gateway

import (
	"bytes"
	"encoding/json"
	"strconv"

	"sluice/schemas"
)

// maxEventIDBytes is the longest event id or Idempotency-Key.
const maxEventIDBytes = 128

var eventIDName = []byte(`"eventId"`) //nolint:gochecknoglobals // a constant

// eventID is the text of the field eventId of a record, nil when it has none. object is a valid JSON
// object without duplicate keys. A name written with escapes is not found.
func eventID(object []byte) ([]byte, error) {
	if !bytes.Contains(object, eventIDName) {
		return nil, nil
	}
	value := member(object, eventIDName)
	if value == nil || string(value) == "null" {
		return nil, nil
	}
	if value[0] != '"' {
		return nil, &schemas.FieldError{Code: schemas.CodeWrongType, Field: "eventId", Detail: "not a text"}
	}
	id := value[1 : len(value)-1]
	if bytes.IndexByte(id, '\\') >= 0 {
		var text string
		if err := json.Unmarshal(value, &text); err != nil {
			return nil, &schemas.FieldError{Code: schemas.CodeBadJSON, Field: "eventId", Detail: "not a text"}
		}
		id = []byte(text)
	}
	if len(id) > maxEventIDBytes {
		return nil, &schemas.FieldError{Code: schemas.CodeTooLong, Field: "eventId", Detail: "longer than " + strconv.Itoa(maxEventIDBytes) + " bytes"}
	}
	if len(id) == 0 {
		return nil, nil
	}
	return id, nil
}

// member is the value of the member with that quoted name, nil when the object has none.
func member(object, name []byte) []byte {
	for i := skipSpace(object, 1); i < len(object) && object[i] == '"'; {
		end, err := stringEnd(object, i)
		if err != nil {
			return nil
		}
		found := bytes.Equal(object[i:end], name)
		i = skipSpace(object, skipSpace(object, end)+1) // over the colon
		if i >= len(object) {
			return nil
		}
		if end = memberEnd(object, i); end < 0 {
			return nil
		}
		if found {
			return object[i:end]
		}
		i = skipSpace(object, skipSpace(object, end)+1) // over the comma
	}
	return nil
}

// memberEnd is where the value that begins at i ends, -1 when that cannot be said.
func memberEnd(object []byte, i int) int {
	switch object[i] {
	case '{', '[', '"':
		end, err := elementEnd(object, i, maxDepth)
		if err != nil {
			return -1
		}
		return end
	}
	for i < len(object) && object[i] != ',' && object[i] != '}' && !isSpace(object[i]) {
		i++
	}
	return i
}
