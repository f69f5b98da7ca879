package plan

import (
	"bytes"
	"strconv"

	"sluice/schemas"
)

// poison is a way in which a record is spoiled.
type poison uint8

const (
	outOfRange poison = iota // a latitude of 91.5
	nullIsland               // 0,0
	cutOff                   // the object does not end
	notUTF8                  // a byte that no text has

	poisonForms = 4
)

// Code is the reason with which poison must be refused or dead-lettered; "" for what is no poison.
func (r *Record) Code() string {
	if !r.Kind.Poison() {
		return ""
	}
	switch r.form {
	case outOfRange:
		return schemas.CodeOutOfRange
	case nullIsland:
		return schemas.CodeNullIsland
	case cutOff:
		return schemas.CodeBadJSON
	case notUTF8:
		return schemas.CodeBadUTF8
	}
	return ""
}

// NumberOf finds the number of the record in a value of this run, whether it is sound JSON or
// not: its seq. It is false for the value of another run, or of none.
func (a *Author) NumberOf(value []byte) (int64, bool) {
	_, rest, found := bytes.Cut(value, []byte(`"driverId":"`+a.Run))
	if !found {
		return 0, false
	}
	_, rest, found = bytes.Cut(rest, []byte(`"seq":`))
	if !found {
		return 0, false
	}
	end := 0
	for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(string(rest[:end]), 10, 64)
	return n, err == nil && n < a.Records
}
