package plan

import (
	"bytes"
	"strconv"

	"sluice/schemas"
)

// poison is a way in which a record is spoiled.
type poison uint8

const (
	outOfRange    poison = iota // a latitude of 91.5
	nullIsland                  // 0,0
	cutOff                      // the object does not end
	notUTF8                     // a byte that no text has
	surrogate                   // half of a pair
	nul                         // in a text
	keyTwice                    // of which a reader would have to choose one
	huge                        // a number beyond all that a float holds
	deep                        // arrays in arrays
	manyKeys                    // that nobody knows
	textForNumber               // "12" is no speed
	tooLong                     // a record a byte over its limit

	poisonForms = 12
)

// Code is the reason with which poison must be refused or dead-lettered; "" for what is no poison.
func (r *Record) Code() string {
	if !r.Kind.Poison() {
		return ""
	}
	switch r.form {
	case outOfRange, huge:
		return schemas.CodeOutOfRange
	case nullIsland:
		return schemas.CodeNullIsland
	case cutOff:
		return schemas.CodeBadJSON
	case notUTF8, surrogate, nul:
		return schemas.CodeBadUTF8
	case keyTwice:
		return schemas.CodeDuplicate
	case deep, tooLong:
		return schemas.CodeTooLarge
	case manyKeys:
		return schemas.CodeManyKeys
	case textForNumber:
		return schemas.CodeWrongType
	}
	return ""
}

// accuracy is the text of that field.
func (p poison) accuracy() string {
	switch p {
	case huge:
		return "1e999"
	case textForNumber:
		return `"5"`
	case outOfRange, nullIsland, cutOff, notUTF8, surrogate, nul, keyTwice, deep, manyKeys, tooLong:
	}
	return usualAccuracy
}

// usualAccuracy is what sound records have, m.
const usualAccuracy = "5"

// spoilText appends what must not stand in a text.
func (p poison) spoilText(dst []byte) []byte {
	switch p {
	case notUTF8:
		return append(dst, 0xff)
	case surrogate:
		return append(dst, `\ud800`...)
	case nul:
		return append(dst, `\u0000`...)
	case outOfRange, nullIsland, cutOff, keyTwice, huge, deep, manyKeys, textForNumber, tooLong:
	}
	return dst
}

// spoilEnd appends the end of a record of which dst holds all fields from an index on.
func (p poison) spoilEnd(dst []byte, from int) []byte {
	switch p {
	case cutOff:
		return dst
	case keyTwice:
		dst = append(dst, `,"speed":1`...)
	case deep:
		dst = append(append(append(dst, `,"more":`...), bytes.Repeat([]byte("["), schemas.MaxDepth)...), bytes.Repeat([]byte("]"), schemas.MaxDepth)...)
	case manyKeys:
		for key := range schemas.MaxUnknownKeys + 1 {
			dst = append(strconv.AppendInt(append(dst, `,"k`...), int64(key), 10), `":0`...)
		}
	case tooLong:
		dst = append(dst, `,"note":"`...)
		rest := from + schemas.MaxPingBytes - len(dst) - len(`"`) // one byte over
		dst = append(append(dst, bytes.Repeat([]byte("n"), rest)...), '"')
	case outOfRange, nullIsland, notUTF8, surrogate, nul, huge, textForNumber:
	}
	return append(dst, '}')
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
