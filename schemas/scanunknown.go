package schemas

import "bytes"

// How much of what the schema does not know the fast reader passes over; the general one
// takes the rest.
const (
	maxScannedKeys  = 8                               // in one object
	maxScannedInner = MaxUnknownKeys - maxScannedKeys // in all unknown objects together
	maxScannedDepth = 4                               // of unknown objects and arrays
)

// unknownKeys remembers the keys of an object, to find one that comes twice.
type unknownKeys struct {
	keys [maxScannedKeys][]byte
	n    int
}

// add is false when the key is a duplicate or one too many.
func (u *unknownKeys) add(key []byte) bool {
	if u.n == len(u.keys) {
		return false
	}
	for _, k := range u.keys[:u.n] {
		if bytes.Equal(k, key) {
			return false
		}
	}
	u.keys[u.n] = key
	u.n++
	return true
}

// skipper passes over values; each method returns the index behind the value at b[i], -1
// when it is not valid or too much.
type skipper struct {
	b    []byte
	keys int // met so far
}

func (s *skipper) value(i, depth int) int {
	if i >= len(s.b) {
		return -1
	}
	switch s.b[i] {
	case '{':
		return s.object(i, depth)
	case '[':
		return s.array(i, depth)
	case '"':
		_, end := scanText(s.b, i)
		return end
	case 't':
		return s.word(i, "true")
	case 'f':
		return s.word(i, "false")
	case 'n':
		return s.word(i, "null")
	}
	_, end := scanNumber(s.b, i)
	return end
}

func (s *skipper) object(i, depth int) int {
	if depth == maxScannedDepth {
		return -1
	}
	if i = skipSpace(s.b, i+1); i < len(s.b) && s.b[i] == '}' {
		return i + 1
	}
	var keys unknownKeys
	for {
		key, end := scanText(s.b, i)
		if end < 0 || s.keys == maxScannedInner || !keys.add(key) {
			return -1
		}
		s.keys++
		if end = skipSpace(s.b, end); end >= len(s.b) || s.b[end] != ':' {
			return -1
		}
		if i = s.value(skipSpace(s.b, end+1), depth+1); i < 0 {
			return -1
		}
		end = skipSpace(s.b, i)
		if end >= len(s.b) || s.b[end] != ',' {
			return s.closing(end, '}')
		}
		i = skipSpace(s.b, end+1)
	}
}

func (s *skipper) array(i, depth int) int {
	if depth == maxScannedDepth {
		return -1
	}
	if i = skipSpace(s.b, i+1); i < len(s.b) && s.b[i] == ']' {
		return i + 1
	}
	for {
		if i = s.value(i, depth+1); i < 0 {
			return -1
		}
		end := skipSpace(s.b, i)
		if end >= len(s.b) || s.b[end] != ',' {
			return s.closing(end, ']')
		}
		i = skipSpace(s.b, end+1)
	}
}

func (s *skipper) closing(i int, bracket byte) int {
	if i >= len(s.b) || s.b[i] != bracket {
		return -1
	}
	return i + 1
}

func (s *skipper) word(i int, word string) int {
	if len(s.b)-i < len(word) || string(s.b[i:i+len(word)]) != word {
		return -1
	}
	return i + len(word)
}
